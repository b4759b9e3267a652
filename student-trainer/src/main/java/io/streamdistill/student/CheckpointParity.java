package io.streamdistill.student;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.export.OnnxParity;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.student.publish.PublishedModel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Repeats the check that was made before a checkpoint was announced: that its model, in ONNX
 * Runtime, says what its weights say. The network is built anew from the manifest's configuration
 * and {@code weights.safetensors}; no Java object is deserialised, and no memory taken beyond what
 * the checkpoint's own size explains.
 */
public final class CheckpointParity {

  /** Inputs to compare on, of features that are random but the same every time. */
  public static final int INPUTS = 64;

  /** Numbers that all inputs together may take on their way through the network; 64 MiB. */
  private static final long MAX_NUMBERS = 1 << 24;

  private CheckpointParity() {}

  /**
   * Compares.
   *
   * @param directory of the checkpoint, verified
   * @param manifest of the checkpoint
   * @return the largest differences
   * @throws CheckpointException when the checkpoint describes no network, its weights are not those
   *     of the network, or its model cannot be run
   */
  public static OnnxParity ofModel(Path directory, Manifest manifest) {
    StudentPlan plan = StudentNetwork.of(manifest);
    long each = plan.size().activations();
    try {
      return PublishedModel.parity(manifest, directory, plan, inputs(each));
    } catch (OnnxExportException e) {
      throw new CheckpointException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Compares the int8 model of a checkpoint, if it has one, with what quantizing its model gives.
   *
   * @param directory of the checkpoint, whose model was found to be that of its weights
   * @param manifest of the checkpoint
   * @return the largest differences; empty when there is no int8 model
   * @throws CheckpointException when a model cannot be run
   */
  public static Optional<OnnxParity> ofSmallModel(Path directory, Manifest manifest) {
    try {
      return PublishedModel.smallParity(manifest, directory, inputs(manifest.features().length()));
    } catch (OnnxExportException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new CheckpointException("the int8 model cannot be compared: " + e.getMessage(), e);
    }
  }

  /** As many as fit, of which each takes {@code numbers}. */
  private static int inputs(long numbers) {
    return (int) Math.max(1, Math.min(INPUTS, MAX_NUMBERS / numbers));
  }
}
