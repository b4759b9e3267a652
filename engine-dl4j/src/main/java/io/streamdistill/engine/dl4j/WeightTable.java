package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.Weight;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Where the weights of a network lie in its flat parameters, and under which names. */
final class WeightTable {

  /** A weight's first element in the flat parameters, its sizes, and how far elements are apart. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Place(INDArray view, int offset, int[] sizes, int[] strides) {

    static Place of(INDArray view, long start) {
      int[] sizes = new int[view.rank()];
      int[] strides = new int[view.rank()];
      for (int d = 0; d < view.rank(); d++) {
        sizes[d] = Math.toIntExact(view.size(d));
        strides[d] = Math.toIntExact(view.stride(d));
      }
      return new Place(view, Math.toIntExact(view.offset() - start), sizes, strides);
    }

    List<Long> shape() {
      return Arrays.stream(sizes).mapToObj(Long::valueOf).toList();
    }

    Weight read(float[] parameters) {
      float[] values = new float[Math.toIntExact(view.length())];
      read(parameters, offset, 0, values, 0);
      return new Weight(shape(), values);
    }

    /** Reads what has the first {@code d} indexes fixed; returns how far the result is filled. */
    private int read(float[] parameters, int from, int d, float[] into, int at) {
      int filled = at;
      if (d == sizes.length) {
        into[filled++] = parameters[from];
      } else if (d == sizes.length - 1) {
        for (int i = 0, next = from; i < sizes[d]; i++, next += strides[d]) {
          into[filled++] = parameters[next];
        }
      } else {
        for (int i = 0; i < sizes[d]; i++) {
          filled = read(parameters, from + i * strides[d], d + 1, into, filled);
        }
      }
      return filled;
    }
  }

  private final SortedMap<String, Place> places = new TreeMap<>();

  private WeightTable() {}

  static WeightTable of(MultiLayerNetwork network) {
    WeightTable table = new WeightTable();
    long start = network.params().offset();
    network.paramTable().forEach((name, view) -> table.places.put(name, Place.of(view, start)));
    return table;
  }

  SortedMap<String, List<Long>> shapes() {
    SortedMap<String, List<Long>> shapes = new TreeMap<>();
    places.forEach((name, place) -> shapes.put(name, place.shape()));
    return Collections.unmodifiableSortedMap(shapes);
  }

  /** The weights in a copy of all parameters. */
  SortedMap<String, Weight> read(float[] parameters) {
    SortedMap<String, Weight> weights = new TreeMap<>();
    places.forEach((name, place) -> weights.put(name, place.read(parameters)));
    return weights;
  }

  /**
   * Makes sure that weights are those of this network.
   *
   * @throws IllegalArgumentException when they are not
   */
  void requireFit(Map<String, Weight> weights) {
    SortedMap<String, List<Long>> found = new TreeMap<>();
    weights.forEach((name, weight) -> found.put(name, weight.shape()));
    if (!found.equals(shapes())) {
      throw new IllegalArgumentException(
          "weights are %s, this network has %s".formatted(found, shapes()));
    }
  }

  /** Puts weights into the network; they fit. */
  void write(Map<String, Weight> weights) {
    places.forEach(
        (name, place) -> {
          Weight weight = Objects.requireNonNull(weights.get(name), name);
          long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
          place.view().assign(Nd4j.createFromArray(weight.values()).reshape('c', shape));
        });
  }
}
