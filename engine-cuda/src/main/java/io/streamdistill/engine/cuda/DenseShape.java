package io.streamdistill.engine.cuda;

import io.streamdistill.engine.StudentSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Where the weights of dense layers lie in flat parameters. That is the layout of checkpoints, for
 * the state of optimizers: layer by layer W, (in, out) column-major, then b, (out).
 */
record DenseShape(int features, List<Layer> layers) {

  /**
   * One layer.
   *
   * @param weightsAt where W starts in parameters, gradients and optimizer state
   * @param biasAt where b does
   */
  record Layer(int in, int out, int weightsAt, int biasAt) {
    int end() {
      return biasAt + out;
    }
  }

  DenseShape {
    layers = List.copyOf(layers);
  }

  /**
   * Lays them out.
   *
   * @throws ArithmeticException when there are too many for an array
   */
  static DenseShape of(StudentSpec student, StudentSpec.Dense dense) {
    List<Layer> layers = new ArrayList<>();
    int in = student.features();
    int at = 0;
    for (int i = 0; i <= dense.hidden().size(); i++) {
      int out = i < dense.hidden().size() ? dense.hidden().get(i) : student.classes();
      int biasAt = Math.addExact(at, Math.multiplyExact(in, out));
      layers.add(new Layer(in, out, at, biasAt));
      at = Math.addExact(biasAt, out);
      in = out;
    }
    return new DenseShape(student.features(), layers);
  }

  Layer last() {
    return layers.get(layers.size() - 1);
  }

  int classes() {
    return last().out();
  }

  int parameters() {
    return last().end();
  }

  /** Outputs of all layers. */
  int units() {
    return layers.stream().mapToInt(Layer::out).reduce(0, Math::addExact);
  }

  /** (layers, 2): where the weights of a layer end, and where its biases do. */
  long[] ends() {
    return layers.stream()
        .flatMapToLong(layer -> LongStream.of(layer.biasAt(), layer.end()))
        .toArray();
  }

  /** (units): where the bias of each is. */
  long[] biasPlaces() {
    return layers.stream()
        .flatMapToLong(layer -> LongStream.range(layer.biasAt(), layer.end()))
        .toArray();
  }
}
