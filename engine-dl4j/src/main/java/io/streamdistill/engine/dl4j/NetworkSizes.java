package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.NetworkSize;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** How large networks of DL4J are, computed before any of them is allocated. */
final class NetworkSizes {

  private NetworkSizes() {}

  /**
   * Computes the size of a network of which nothing is believed.
   *
   * @param inputs features of one example
   * @throws ArithmeticException when it is beyond all bounds
   * @throws RuntimeException whatever DL4J throws at layers that do not fit together
   */
  static NetworkSize of(MultiLayerConfiguration network, int inputs) {
    long activations = inputs;
    for (InputType layer : network.getLayerActivationTypes(InputType.feedForward(inputs))) {
      activations = Math.addExact(activations, elements(layer));
    }
    return new NetworkSize(parameters(network), activations);
  }

  /** Numbers of a network that are trained. */
  static long parameters(MultiLayerConfiguration network) {
    long parameters = 0;
    for (NeuralNetConfiguration configuration : network.getConfs()) {
      parameters = Math.addExact(parameters, parameters(configuration));
    }
    return parameters;
  }

  /** DL4J multiplies without looking; so the largest of its products are computed here as well. */
  private static long parameters(NeuralNetConfiguration configuration) {
    Layer layer = configuration.getLayer();
    if (layer instanceof FeedForwardLayer weighted) {
      long product = Math.multiplyExact(positive(weighted.getNIn()), positive(weighted.getNOut()));
      if (layer instanceof ConvolutionLayer convolution) {
        for (int side : convolution.getKernelSize()) {
          product = Math.multiplyExact(product, positive(side));
        }
      }
    }
    return positive(layer.initializer().numParams(configuration));
  }

  private static long elements(InputType type) {
    if (type instanceof InputType.InputTypeConvolutional image) {
      return Math.multiplyExact(
          Math.multiplyExact(positive(image.getHeight()), positive(image.getWidth())),
          positive(image.getChannels()));
    }
    return positive(type.arrayElementsPerExample());
  }

  private static long positive(long size) {
    if (size < 0) {
      throw new ArithmeticException("negative size " + size);
    }
    return size;
  }
}
