package io.streamdistill.engine;

import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.onnx.graph.OnnxGraph;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes dense layers as ONNX. */
public final class DenseExport {

  private DenseExport() {}

  /**
   * Returns a stack of dense layers, all but the last rectified, as the bytes of an {@code .onnx}
   * file.
   *
   * @param layers how many
   * @param weights by name: {@code 0_W}, (in, out); {@code 0_b}, (out)
   * @param biasShift (classes) added to the logits; null for none
   * @throws OnnxExportException if the student does not fit the contract
   */
  public static byte[] write(
      int layers,
      Map<String, Weight> weights,
      ExportContract contract,
      double @Nullable [] biasShift) {
    return OnnxExport.write(
        (graph, features, logits) -> {
          String x = features;
          long units = contract.featureLength();
          for (int l = 0; l < layers; l++) {
            boolean last = l == layers - 1;
            Weight weight = get(weights, l + "_W");
            requireFit(l, units, weight);
            units = weight.shape().get(1);
            x = affine(graph, l, x, weight, get(weights, l + "_b"), last ? logits : value(l, "z"));
            if (!last) {
              x = graph.node("Relu", "layer" + l, x);
            }
          }
          return units;
        },
        contract,
        biasShift);
  }

  private static Weight get(Map<String, Weight> weights, String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }

  private static void requireFit(int layer, long units, Weight weight) {
    if (weight.shape().get(0) != units) {
      throw new OnnxExportException(
          "layer %d expects %d features, but gets %d"
              .formatted(layer, weight.shape().get(0), units));
    }
  }

  /**
   * Appends {@code y = x W + b}.
   *
   * @param layer its number, from which the names of its weights are made
   * @param weight W, (in, out)
   * @param bias b, (out); null for none
   * @return y
   */
  public static String affine(
      OnnxGraph graph, int layer, String x, Weight weight, @Nullable Weight bias, String y) {
    long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
    String w = graph.f32(value(layer, "W"), weight.values(), shape);
    if (bias == null) {
      return graph.node("MatMul", y, List.of(x, w));
    }
    String b = graph.f32(value(layer, "b"), bias.values(), bias.values().length);
    return graph.node("Gemm", y, List.of(x, w, b));
  }

  private static String value(int layer, String name) {
    return "layer%d.%s".formatted(layer, name);
  }
}
