package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.Calibration;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.store.StoredModel;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.export.OnnxParity;
import io.streamdistill.onnx.graph.OnnxQuantizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** A checkpoint holds its student twice, as weights and as a model; here the two are compared. */
public final class PublishedModel {

  /** Name of the weights in a checkpoint. */
  public static final String WEIGHTS = CheckpointFiles.WEIGHTS;

  private PublishedModel() {}

  /**
   * Compares the model of a checkpoint with its weights.
   *
   * @param plan of the checkpoint's student
   * @param records random inputs to compare on
   * @throws CheckpointException when a file cannot be read, or the weights are not those of the
   *     network
   * @throws io.streamdistill.onnx.graph.OnnxExportException if ONNX Runtime cannot run the model
   */
  public static OnnxParity parity(
      Manifest manifest, Path directory, StudentPlan plan, int records) {
    ModelFeatures asked =
        ModelFeatures.random(
            StudentIdentity.of(manifest).contract(Map.of()),
            records,
            new SplittableRandom(manifest.step()));
    Answers trained = TrainerState.read(directory, manifest).answers(plan, asked);
    return compare(trained, manifest, directory);
  }

  /**
   * Compares the int8 model of a checkpoint with what quantizing its model gives.
   *
   * @param records random inputs to compare on
   * @return empty when there is no int8 model
   * @throws CheckpointException when a file cannot be read
   * @throws io.streamdistill.onnx.graph.OnnxExportException if ONNX Runtime cannot run a model
   */
  public static Optional<OnnxParity> smallParity(Manifest manifest, Path directory, int records) {
    Path small = directory.resolve(CheckpointFiles.SMALL_MODEL);
    if (!StoredModel.names(manifest).contains(CheckpointFiles.SMALL_MODEL)) {
      return Optional.empty();
    }
    byte[] quantized = OnnxQuantizer.quantize(read(directory.resolve(CheckpointFiles.MODEL)));
    return Optional.of(
        OnnxParity.between(
            quantized,
            read(small),
            StudentIdentity.of(manifest).contract(Map.of()),
            records,
            new SplittableRandom(manifest.step())));
  }

  /**
   * As {@link #parity}, of what the weights say already.
   *
   * @param trained without the bias correction that the checkpoint may have
   */
  static OnnxParity compare(Answers trained, Manifest manifest, Path directory) {
    Calibration calibration = manifest.calibration();
    Answers expected =
        calibration == null ? trained : trained.corrected(CheckpointWriter.shift(calibration));
    return expected.compare(read(directory.resolve(CheckpointFiles.MODEL)));
  }

  private static byte[] read(Path model) {
    try {
      return Files.readAllBytes(model);
    } catch (IOException e) {
      throw new CheckpointException("cannot read %s: %s".formatted(model, e), e);
    }
  }
}
