package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.checkpoints.format.Tensor;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.student.StudentException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/** The numbers of a checkpoint, to begin with or to compare with. */
public final class RebuildState {

  private final Manifest manifest;
  private final TrainerState state;

  private RebuildState(Manifest manifest, TrainerState state) {
    this.manifest = manifest;
    this.state = state;
  }

  /**
   * Reads them.
   *
   * @param directory of the checkpoint, verified
   * @throws CheckpointException when a file is missing or not what it should be
   */
  public static RebuildState read(Path directory, Manifest manifest) {
    return new RebuildState(manifest, TrainerState.read(directory, manifest));
  }

  /** What was measured before the first step. */
  public static StudentScales scales(Manifest manifest) {
    return Resumption.scales(manifest);
  }

  /** How far training had come. */
  public Progress progress() {
    return Progress.of(manifest);
  }

  /**
   * Makes sure that a student is configured as that of the checkpoint was.
   *
   * @throws StudentException when another configuration would make other weights
   */
  public void requireConfigured(StudentIdentity configured) {
    List<String> problems = new ArrayList<>(Compatibility.problems(manifest, configured));
    if (problems.isEmpty()) {
      problems.addAll(
          ConfigurationDiff.between(manifest.configuration(), configured.configuration()).stream()
              .filter(change -> !change.startsWith("name:"))
              .toList());
    }
    if (!problems.isEmpty()) {
      throw new StudentException(
          "checkpoint %s was trained with another configuration (there, and configured now):%n  %s%nGive the configuration that it was trained with"
              .formatted(manifest.id(), String.join("\n  ", problems)));
    }
  }

  /**
   * Puts a student into this state.
   *
   * @return how far training had come
   */
  public Progress restoreTo(TrainableStudent student) {
    state.restoreTo(student);
    return progress();
  }

  /** How many weights and numbers of the optimizer's state differ in any bit from a student's. */
  public long differing(TrainableStudent student) {
    StudentSnapshot now = student.snapshot(anything());
    TrainerState found = TrainerState.of(now.weights(), now.optimizerState(), now.optimizerSteps());
    long differing = differing(found.optimizer().floats(), state.optimizer().floats());
    for (var weights : state.weights().entrySet()) {
      Tensor again = Objects.requireNonNull(found.weights().get(weights.getKey()), "same network");
      differing += differing(again.floats(), weights.getValue().floats());
    }
    return differing;
  }

  /** Its answer is not looked at. */
  private ModelFeatures anything() {
    return ModelFeatures.random(
        StudentIdentity.of(manifest).contract(Map.of()), 1, new SplittableRandom(0));
  }

  private static long differing(float[] found, float[] expected) {
    long differing = Math.abs((long) found.length - expected.length);
    for (int i = 0; i < Math.min(found.length, expected.length); i++) {
      if (Float.floatToRawIntBits(found[i]) != Float.floatToRawIntBits(expected[i])) {
        differing++;
      }
    }
    return differing;
  }

  /** How many numbers are compared. */
  public long numbers() {
    return state.optimizer().floats().length
        + state.weights().values().stream().mapToLong(tensor -> tensor.floats().length).sum();
  }
}
