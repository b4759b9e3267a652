package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.Calibration;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.format.Tensor;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.records.FeatureContract;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All the numbers that a trainer needs to go on bit for bit.
 *
 * <p>{@code weights.safetensors} holds the parameters by their DL4J names, row-major, such as
 * {@code 0_W} (inputs, units) and {@code 0_b} (units). {@code trainer-state.safetensors} holds the
 * optimizer's state, flat, in DL4J's order, and the steps that it has taken. What corrects the
 * biases of the published model lies beside the weights as {@code bias_correction} (classes);
 * training goes on without it.
 *
 * @param weights by name
 * @param optimizer flat state of the optimizer, (floats); empty when it has none
 * @param optimizerSteps training steps that the optimizer has taken: those of the student, unless
 *     another optimizer took them before
 */
record TrainerState(Map<String, Tensor> weights, Tensor optimizer, int optimizerSteps) {

  private static final String OPTIMIZER = "optimizer";
  private static final String OPTIMIZER_STEPS = "optimizer-steps";

  /**
   * Of the numbers of a student.
   *
   * @param optimizer flat state of its optimizer, (floats)
   */
  static TrainerState of(Map<String, Weight> weights, float[] optimizer, int optimizerSteps) {
    Map<String, Tensor> tensors = new TreeMap<>();
    weights.forEach(
        (name, weight) ->
            tensors.put(
                name,
                Tensor.of(
                    weight.values(),
                    weight.shape().stream().mapToLong(Long::longValue).toArray())));
    return new TrainerState(tensors, Tensor.of(optimizer, optimizer.length), optimizerSteps);
  }

  void write(Path directory, @Nullable Calibration calibration) {
    Map<String, Tensor> tensors = new TreeMap<>(weights);
    if (calibration != null) {
      List<Double> shift = calibration.biasShift();
      float[] floats = new float[shift.size()];
      for (int k = 0; k < floats.length; k++) {
        floats[k] = shift.get(k).floatValue();
      }
      tensors.put(OnnxExport.BIAS_CORRECTION, Tensor.of(floats, floats.length));
    }
    new Safetensors(tensors, Map.of("format", "dl4j"))
        .write(directory.resolve(CheckpointFiles.WEIGHTS));
    new Safetensors(
            Map.of(OPTIMIZER, optimizer), Map.of(OPTIMIZER_STEPS, Integer.toString(optimizerSteps)))
        .write(directory.resolve(CheckpointFiles.TRAINER_STATE));
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param manifest of the checkpoint
   * @throws CheckpointException when a file is missing or not what it should be
   */
  static TrainerState read(Path directory, Manifest manifest) {
    Path file = directory.resolve(CheckpointFiles.TRAINER_STATE);
    Safetensors state = Safetensors.read(file);
    Tensor optimizer = state.tensors().get(OPTIMIZER);
    if (optimizer == null || optimizer.type() != Tensor.Type.F32) {
      throw new CheckpointException("%s has no float32 tensor '%s'".formatted(file, OPTIMIZER));
    }
    Map<String, Tensor> tensors =
        new TreeMap<>(Safetensors.read(directory.resolve(CheckpointFiles.WEIGHTS)).tensors());
    tensors.remove(OnnxExport.BIAS_CORRECTION);
    return new TrainerState(tensors, optimizer, optimizerSteps(file, state, manifest));
  }

  private static int optimizerSteps(Path file, Safetensors state, Manifest manifest) {
    String steps = state.metadata().get(OPTIMIZER_STEPS);
    try { // before optimizers could be changed, all steps of a student were those of its one
      return steps == null ? Math.toIntExact(manifest.step()) : Integer.parseUnsignedInt(steps);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new CheckpointException(
          "%s has %s '%s', which is no number".formatted(file, OPTIMIZER_STEPS, steps), e);
    }
  }

  /** The weights as an engine takes them. */
  SortedMap<String, Weight> numbers() {
    SortedMap<String, Weight> numbers = new TreeMap<>();
    weights.forEach(
        (name, tensor) -> numbers.put(name, new Weight(tensor.shape(), tensor.floats())));
    return numbers;
  }

  /**
   * What a student with these weights says.
   *
   * @throws CheckpointException when the tensors are not those of the student
   */
  Answers answers(StudentPlan plan, ModelFeatures asked) {
    FeatureContract unscaled = FeatureContract.u8(plan.student().features());
    try (TrainableStudent student =
        plan.build(new TrainingSetup(unscaled, null, DistillationConfig.DEFAULT, 1, 1))) {
      startIn(student);
      return student.snapshot(asked).answers();
    }
  }

  /**
   * Puts a student of the same architecture and the same optimizer into this state.
   *
   * @throws CheckpointException when the tensors are not those of the student
   */
  void restoreTo(TrainableStudent student) {
    requireFit(student);
    try {
      student.restore(numbers(), optimizer.floats(), optimizerSteps);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("trainer state does not fit the student: " + e.getMessage(), e);
    }
  }

  /**
   * Gives a student of the same architecture these weights, and an optimizer that has taken no
   * step.
   *
   * @throws CheckpointException when the tensors are not those of the student
   */
  void startIn(TrainableStudent student) {
    requireFit(student);
    student.begin(numbers());
  }

  private void requireFit(TrainableStudent student) {
    SortedMap<String, List<Long>> shapes = student.shapes();
    if (!shapes.keySet().equals(weights.keySet())) {
      throw new CheckpointException(
          "weights are named %s, the network has %s".formatted(weights.keySet(), shapes.keySet()));
    }
    weights.forEach(
        (name, saved) -> {
          List<Long> shape = Objects.requireNonNull(shapes.get(name), name);
          if (saved.type() != Tensor.Type.F32 || !saved.shape().equals(shape)) {
            throw new CheckpointException(
                "weight %s is %s %s, the network has float32 %s"
                    .formatted(name, saved.type(), saved.shape(), shape));
          }
        });
  }
}
