package io.streamdistill.experiments.mnist;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * Weights and biases of a dense stack; column j of a weight matrix feeds unit j of the next layer.
 */
final class MlpWeights {
  private final int[] widths; // (layers + 1), input first
  private final Matrix[] weights; // (layers) of (in, out)
  private final float[][] biases; // (layers) of (out)

  private MlpWeights(int[] widths) {
    this.widths = widths;
    int layers = widths.length - 1;
    weights = new Matrix[layers];
    biases = new float[layers][];
    for (int layer = 0; layer < layers; layer++) {
      weights[layer] = Matrix.zeros(widths[layer], widths[layer + 1]);
      biases[layer] = new float[widths[layer + 1]];
    }
  }

  static MlpWeights zeros(int... widths) {
    return new MlpWeights(widths.clone());
  }

  /** Gaussian weights of variance 2 / fan-in (He et al., 2015), zero biases. */
  static MlpWeights gaussian(SplittableRandom random, int... widths) {
    MlpWeights mlp = zeros(widths);
    for (Matrix weight : mlp.weights) {
      double deviation = Math.sqrt(2.0 / weight.rows());
      FloatBuffer values = weight.values();
      for (int i = 0; i < weight.length(); i++) {
        values.put(i, (float) (deviation * random.nextGaussian()));
      }
    }
    return mlp;
  }

  int layers() {
    return weights.length;
  }

  int[] widths() {
    return widths.clone();
  }

  Matrix weight(int layer) {
    return weights[layer];
  }

  float[] bias(int layer) {
    return biases[layer];
  }
}
