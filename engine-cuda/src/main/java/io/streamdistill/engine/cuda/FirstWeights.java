package io.streamdistill.engine.cuda;

import java.util.SplittableRandom;

/** Weights to begin with (He et al., 2015): normal, of variance 2 / inputs; biases are 0. */
final class FirstWeights {

  private FirstWeights() {}

  /**
   * Flat parameters.
   *
   * @param outputs what the weights of the last layer are multiplied by
   */
  static float[] of(DenseShape shape, long seed, double outputs) {
    float[] parameters = new float[shape.parameters()];
    var random = new SplittableRandom(seed);
    for (DenseShape.Layer layer : shape.layers()) {
      double deviation =
          Math.sqrt(2.0 / layer.in()) * (layer.end() == shape.parameters() ? outputs : 1);
      for (int at = layer.weightsAt(); at < layer.biasAt(); at++) {
        parameters[at] = (float) (deviation * random.nextGaussian());
      }
    }
    return parameters;
  }
}
