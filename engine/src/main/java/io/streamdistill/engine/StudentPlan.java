package io.streamdistill.engine;

import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.onnx.graph.OnnxExportException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A student that an engine can build; nothing is allocated for it yet. */
public interface StudentPlan {

  /** What it is a plan of. */
  StudentSpec student();

  /**
   * How large the student is.
   *
   * @throws RuntimeException when that is beyond all bounds
   */
  NetworkSize size();

  /** Numbers that are trained. */
  long parameters();

  /** Inputs of the output layer. */
  long outputWidth();

  /** Builds it, with the initial weights of its seed. */
  TrainableStudent build(TrainingSetup setup);

  /**
   * Writes a student of this plan as ONNX; the same weights give the same bytes. Of any thread.
   *
   * @param weights by name, as a snapshot has them
   * @param biasShift (classes) added to the logits by a node of its own; null for none
   * @throws OnnxExportException if the student does not fit the contract
   */
  byte[] export(
      Map<String, Weight> weights, ExportContract contract, double @Nullable [] biasShift);
}
