package io.streamdistill.engine.dl4j;

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

  MultiLayerNetwork network() {
    return network;
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

  /** Puts the optimizer back; the parameters are the caller's. */
  void restore(float[] optimizerState, int iteration) {
    if (iteration < 0) {
      throw new IllegalArgumentException("iteration must be >= 0, got " + iteration);
    }
    INDArray state = optimizerArray();
    long expected = state == null ? 0 : state.length();
    if (optimizerState.length != expected) {
      throw new IllegalArgumentException(
          "optimizer state: got %d floats, this network has %d"
              .formatted(optimizerState.length, expected));
    }
    if (state != null) {
      overwrite(state, optimizerState);
    }
    network.setIterationCount(iteration);
  }

  /** Makes the optimizer one that has taken no step. */
  void begin() {
    INDArray state = optimizerArray();
    restore(state == null ? new float[0] : new float[Math.toIntExact(state.length())], 0);
  }

  private static void overwrite(INDArray array, float[] values) {
    NativeFloats.of(array).put(0, values);
    NativeFloats.publish(array);
  }
}
