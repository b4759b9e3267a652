package io.streamdistill.engine.dl4j.onnx;

import io.streamdistill.engine.Weight;
import io.streamdistill.onnx.graph.OnnxAttribute;
import io.streamdistill.onnx.graph.OnnxGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** The steps that take images (N, channels, height, width). */
final class ImageSteps {

  private ImageSteps() {}

  static LayerStep convolution(LayerRef ref, ConvolutionLayer layer) {
    Window window =
        new Window(
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            layer.getConvolutionMode());
    String y = ref.value("z");
    return (graph, parameters, x) -> {
      Weight weight = parameters.get(ref, "W"); // (out, in, height, width)
      List<String> inputs = new ArrayList<>();
      inputs.add(x.name());
      inputs.add(parameters.constant(graph, ref, "W"));
      if (layer.hasBias()) {
        inputs.add(parameters.vector(graph, ref, "b"));
      }
      List<OnnxAttribute> attributes = new ArrayList<>(window.attributes(x));
      attributes.add(OnnxAttribute.integers("dilations", window.dilation(0), window.dilation(1)));
      graph.node("Conv", y, inputs, attributes);
      return window.slide(x, y, weight.shape().get(0));
    };
  }

  static LayerStep pooling(LayerRef ref, SubsamplingLayer layer) {
    PoolingType type = layer.getPoolingType();
    ref.require(type == PoolingType.MAX || type == PoolingType.AVG, "pools by " + type);
    Window window =
        new Window(
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            layer.getConvolutionMode());
    ref.require(window.dilation(0) == 1 && window.dilation(1) == 1, "dilates a pooling");
    String y = ref.result();
    long countPadding = layer.isAvgPoolIncludePadInDivisor() ? 1 : 0;
    return (graph, parameters, x) -> {
      List<OnnxAttribute> attributes = new ArrayList<>(window.attributes(x));
      if (type == PoolingType.AVG) {
        attributes.add(OnnxAttribute.integer("count_include_pad", countPadding));
      }
      String operator = type == PoolingType.MAX ? "MaxPool" : "AveragePool";
      graph.node(operator, y, List.of(x.name()), attributes);
      return window.slide(x, y, x.channels());
    };
  }

  static LayerStep globalPooling(LayerRef ref, GlobalPoolingLayer layer) {
    int[] axes = layer.getPoolingDimensions();
    ref.require(
        axes == null || Arrays.equals(axes, new int[] {2, 3}),
        "pools over other axes than height and width");
    PoolingType type = layer.getPoolingType();
    ref.require(type != PoolingType.PNORM, "pools by " + type);
    String y = ref.value("pooled");
    return (graph, parameters, x) -> {
      switch (type) {
        case MAX -> graph.node("GlobalMaxPool", y, x.name());
        case AVG -> graph.node("GlobalAveragePool", y, x.name());
        default -> graph.node("ReduceSum", y, List.of(x.name(), graph.i64(y + ".axes", 2, 3)));
      }
      Value pooled = Value.image(y, x.channels(), 1, 1);
      return layer.isCollapseDimensions() ? flatten(graph, pooled, ref.result()) : pooled;
    };
  }

  static Value reshape(OnnxGraph graph, Value x, String y, long c, long h, long w) {
    String shape = graph.i64(y + ".shape", 0, c, h, w); // 0: the batch stays as it is
    return Value.image(graph.node("Reshape", y, List.of(x.name(), shape)), c, h, w);
  }

  static Value flatten(OnnxGraph graph, Value x, String y) {
    OnnxAttribute axis = OnnxAttribute.integer("axis", 1);
    return Value.flat(graph.node("Flatten", y, x.name(), axis), x.elements());
  }
}
