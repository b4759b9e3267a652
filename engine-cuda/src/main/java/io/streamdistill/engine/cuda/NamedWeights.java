package io.streamdistill.engine.cuda;

import io.streamdistill.engine.Weight;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** Flat parameters as the named, row-major weights of checkpoints: {@code 0_W}, {@code 0_b}. */
record NamedWeights(DenseShape shape) {

  SortedMap<String, List<Long>> shapes() {
    SortedMap<String, List<Long>> shapes = new TreeMap<>();
    for (int l = 0; l < shape.layers().size(); l++) {
      DenseShape.Layer layer = shape.layers().get(l);
      shapes.put(l + "_W", List.of((long) layer.in(), (long) layer.out()));
      shapes.put(l + "_b", List.of((long) layer.out()));
    }
    return Collections.unmodifiableSortedMap(shapes);
  }

  /** The weights in flat parameters. */
  SortedMap<String, Weight> read(float[] parameters) {
    SortedMap<String, Weight> weights = new TreeMap<>();
    for (int l = 0; l < shape.layers().size(); l++) {
      DenseShape.Layer layer = shape.layers().get(l);
      float[] values = new float[layer.in() * layer.out()];
      for (int i = 0, at = 0; i < layer.in(); i++) {
        for (int o = 0; o < layer.out(); o++) {
          values[at++] = parameters[layer.weightsAt() + o * layer.in() + i];
        }
      }
      float[] biases = new float[layer.out()];
      System.arraycopy(parameters, layer.biasAt(), biases, 0, biases.length);
      weights.put(l + "_W", new Weight(List.of((long) layer.in(), (long) layer.out()), values));
      weights.put(l + "_b", new Weight(List.of((long) layer.out()), biases));
    }
    return weights;
  }

  /**
   * Flat parameters of these weights.
   *
   * @throws IllegalArgumentException when they are of another student
   */
  float[] flat(Map<String, Weight> weights) {
    requireFit(weights);
    float[] parameters = new float[shape.parameters()];
    for (int l = 0; l < shape.layers().size(); l++) {
      DenseShape.Layer layer = shape.layers().get(l);
      float[] values = get(weights, l + "_W").values();
      for (int i = 0, at = 0; i < layer.in(); i++) {
        for (int o = 0; o < layer.out(); o++) {
          parameters[layer.weightsAt() + o * layer.in() + i] = values[at++];
        }
      }
      System.arraycopy(get(weights, l + "_b").values(), 0, parameters, layer.biasAt(), layer.out());
    }
    return parameters;
  }

  private static Weight get(Map<String, Weight> weights, String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }

  private void requireFit(Map<String, Weight> weights) {
    SortedMap<String, List<Long>> found = new TreeMap<>();
    weights.forEach((name, weight) -> found.put(name, weight.shape()));
    if (!found.equals(shapes())) {
      throw new IllegalArgumentException(
          "weights are %s, this network has %s".formatted(found, shapes()));
    }
  }
}
