package io.streamdistill.engine.dl4j.onnx;

import io.streamdistill.engine.Weight;
import io.streamdistill.onnx.graph.OnnxGraph;
import java.util.Map;
import java.util.Objects;

/**
 * The trained parameters of a network.
 *
 * @param table keyed as DL4J does: {@code 0_W}
 */
record Parameters(Map<String, Weight> table) {

  Weight get(LayerRef layer, String key) {
    return Objects.requireNonNull(table.get(layer.index() + "_" + key), key);
  }

  /** The elements of a parameter in row-major order. */
  float[] elements(LayerRef layer, String key) {
    return get(layer, key).values();
  }

  /** Adds a parameter to the graph in its own shape and returns its name. */
  String constant(OnnxGraph graph, LayerRef layer, String key) {
    Weight weight = get(layer, key);
    long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
    return graph.f32(layer.value(key), weight.values(), shape);
  }

  /** Adds a parameter, which DL4J holds as (1, n), to the graph as (n) and returns its name. */
  String vector(OnnxGraph graph, LayerRef layer, String key) {
    float[] elements = elements(layer, key);
    return graph.f32(layer.value(key), elements, elements.length);
  }
}
