package io.streamdistill.student.step;

import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All that a network learns: parameters, optimizer state and iteration.
 *
 * <p>Holds on to the updater, because {@code MultiLayerNetwork.clear()} drops the network's
 * reference to it, and the next one starts from zeros without a word.
 */
final class NetworkState {

  private final MultiLayerNetwork network;
  private final Updater updater;

  NetworkState(MultiLayerNetwork network) {
    this.network = network;
    updater = network.getUpdater();
  }

  Updater updater() {
    return updater;
  }

  /** The live optimizer state, (floats); null when the optimizer has none. */
  @Nullable INDArray optimizerArray() {
    return updater.getStateViewArray();
  }

  float[] parameters() {
    return NativeFloats.copyOf(network.params());
  }

  float[] optimizerState() {
    INDArray state = optimizerArray();
    return state == null ? new float[0] : NativeFloats.copyOf(state);
  }

  int iteration() {
    return network.getIterationCount();
  }

  void advance() {
    network.setIterationCount(network.getIterationCount() + 1);
  }

  void restore(float[] parameters, float[] optimizerState, int iteration) {
    if (iteration < 0) {
      throw new IllegalArgumentException("iteration must be >= 0, got " + iteration);
    }
    INDArray state = optimizerArray();
    check("parameters", parameters, network.params().length());
    check("optimizer state", optimizerState, state == null ? 0 : state.length());
    overwrite(network.params(), parameters);
    if (state != null) {
      overwrite(state, optimizerState);
    }
    network.setIterationCount(iteration);
  }

  private static void overwrite(INDArray array, float[] values) {
    NativeFloats.of(array).put(0, values);
    NativeFloats.publish(array);
  }

  private static void check(String what, float[] values, long expected) {
    if (values.length != expected) {
      throw new IllegalArgumentException(
          "%s: got %d floats, this network has %d".formatted(what, values.length, expected));
    }
  }
}
