package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.Calibration;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.format.Tensor;
import io.streamdistill.student.onnx.OnnxExport;
import io.streamdistill.student.step.StudentStep;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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
   * Copies the parameters of a network.
   *
   * @param optimizer flat state of its optimizer, (floats)
   */
  static TrainerState of(MultiLayerNetwork network, float[] optimizer, int optimizerSteps) {
    Map<String, Tensor> weights = new TreeMap<>();
    network
        .paramTable()
        .forEach(
            (name, values) ->
                weights.put(name, Tensor.of(values.dup('c').data().asFloat(), values.shape())));
    return new TrainerState(weights, Tensor.of(optimizer, optimizer.length), optimizerSteps);
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

  /** Reads what {@link #write} wrote, and puts its weights into {@code network}. */
  static TrainerState restored(Path directory, Manifest manifest, MultiLayerNetwork network) {
    TrainerState state = read(directory, manifest);
    state.restoreWeights(network);
    return state;
  }

  /**
   * Puts a step of the same architecture and the same optimizer into this state.
   *
   * @throws CheckpointException when the tensors are not those of the step's network
   */
  void restoreTo(StudentStep step) {
    restore(step, optimizer.floats(), optimizerSteps);
  }

  /**
   * Gives a step of the same architecture these weights, and an optimizer that has taken no step.
   *
   * @throws CheckpointException when the tensors are not those of the step's network
   */
  void startIn(StudentStep step) {
    restore(step, new float[step.optimizerState().length], 0);
  }

  private void restore(StudentStep step, float[] optimizerState, int iteration) {
    restoreWeights(step.network());
    try {
      step.restore(step.parameters(), optimizerState, iteration);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("trainer state does not fit the student: " + e.getMessage(), e);
    }
  }

  /**
   * Puts the parameters into a network of the same architecture.
   *
   * @throws CheckpointException when the tensors are not those of the network
   */
  void restoreWeights(MultiLayerNetwork network) {
    Map<String, INDArray> parameters = network.paramTable();
    if (!parameters.keySet().equals(weights.keySet())) {
      throw new CheckpointException(
          "weights are named %s, the network has %s"
              .formatted(weights.keySet(), new TreeMap<>(parameters).keySet()));
    }
    weights.forEach(
        (name, saved) -> assign(name, Objects.requireNonNull(parameters.get(name), name), saved));
  }

  private static void assign(String name, INDArray values, Tensor saved) {
    long[] shape = saved.shape().stream().mapToLong(Long::longValue).toArray();
    if (saved.type() != Tensor.Type.F32 || !Arrays.equals(shape, values.shape())) {
      throw new CheckpointException(
          "weight %s is %s %s, the network has float32 %s"
              .formatted(name, saved.type(), saved.shape(), Arrays.toString(values.shape())));
    }
    values.assign(Nd4j.createFromArray(saved.floats()).reshape('c', shape));
  }
}
