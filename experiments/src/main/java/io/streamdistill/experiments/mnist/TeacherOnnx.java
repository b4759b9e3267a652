package io.streamdistill.experiments.mnist;

import io.streamdistill.onnx.graph.OnnxAttribute;
import io.streamdistill.onnx.graph.OnnxGraph;
import io.streamdistill.onnx.graph.OnnxType;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Writes the net without its dropout: {@code features} (N, inputs) to {@code logits} (N, classes)
 * and {@code probabilities} (N, classes), the softmax at T = 1. Weights are stored as float16.
 */
final class TeacherOnnx {
  static final String FEATURES = "features";
  static final String LOGITS = "logits";
  static final String PROBABILITIES = "probabilities";

  private TeacherOnnx() {}

  static byte[] encode(MlpWeights mlp) {
    int[] widths = mlp.widths();
    int classes = widths[mlp.layers()];
    OnnxGraph graph = new OnnxGraph("mnist-teacher");
    String x = graph.input(FEATURES, OnnxType.F32, widths[0]);
    for (int layer = 0; layer < mlp.layers(); layer++) {
      boolean last = layer == mlp.layers() - 1;
      int in = widths[layer];
      int out = widths[layer + 1];
      // Column-major (in, out) is row-major (out, in): transB turns it back.
      String weight = graph.f16("weight" + layer, rowMajor(mlp.weight(layer)), out, in);
      String bias = graph.f16("bias" + layer, mlp.bias(layer), out);
      String z = last ? LOGITS : "z" + layer;
      graph.node("Gemm", z, List.of(x, weight, bias), OnnxAttribute.integer("transB", 1));
      x = last ? z : graph.node("Relu", "h" + layer, z);
    }
    graph.node("Softmax", PROBABILITIES, LOGITS);
    graph.output(LOGITS, OnnxType.F32, classes);
    graph.output(PROBABILITIES, OnnxType.F32, classes);
    return graph.build();
  }

  private static float[] rowMajor(Matrix weight) {
    float[] elements = new float[weight.length()]; // (out, in)
    FloatBuffer values = weight.values();
    values.get(0, elements);
    return elements;
  }
}
