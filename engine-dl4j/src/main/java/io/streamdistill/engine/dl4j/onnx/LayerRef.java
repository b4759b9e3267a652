package io.streamdistill.engine.dl4j.onnx;

import io.streamdistill.onnx.graph.OnnxExportException;

/**
 * A layer, or the preprocessor before it, as names and error messages refer to it.
 *
 * @param index position in the network, from 0
 */
record LayerRef(int index, Object layer) {

  private static final String SUPPORTED =
      "DenseLayer, ConvolutionLayer, SubsamplingLayer (max, avg), BatchNormalization,"
          + " GlobalPoolingLayer (max, avg, sum), ActivationLayer and DropoutLayer, and at the end"
          + " OutputLayer or LossLayer, on flat features or NCHW images";

  /** Name of the layer's result in the graph. */
  String result() {
    return "layer" + index;
  }

  /** Name of another of the layer's values in the graph. */
  String value(String name) {
    return "layer%d.%s".formatted(index, name);
  }

  /**
   * @param otherwise what is wrong if {@code condition} does not hold, to follow the layer's name
   */
  void require(boolean condition, String otherwise) {
    if (!condition) {
      throw unsupported(otherwise);
    }
  }

  OnnxExportException unsupported(String what) {
    return new OnnxExportException(
        "Layer %d (%s) cannot be exported to ONNX: it %s. Supported are %s."
            .formatted(index, layer.getClass().getSimpleName(), what, SUPPORTED));
  }
}
