package io.streamdistill.benchmarks.step;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A student and the size of its batches.
 *
 * @param inputs features of one record
 * @param hidden units of each hidden layer
 * @param classes units of the output
 * @param batch records per step
 */
public record StepShape(int inputs, List<Integer> hidden, int classes, int batch) {

  /** The student of the paper: 784-800-800-10. */
  static StepShape large(int batch) {
    return new StepShape(784, List.of(800, 800), 10, batch);
  }

  /** The smallest student of the paper: 784-30-30-10. */
  static StepShape small(int batch) {
    return new StepShape(784, List.of(30, 30), 10, batch);
  }

  /** Copies. */
  public StepShape {
    hidden = List.copyOf(hidden);
  }

  /** Units of all layers, the input included. */
  public List<Integer> units() {
    List<Integer> units = new ArrayList<>();
    units.add(inputs);
    units.addAll(hidden);
    units.add(classes);
    return units;
  }

  /** E.g. {@code 784-800-800-10}. */
  String network() {
    return units().stream().map(String::valueOf).collect(Collectors.joining("-"));
  }

  /** Floating-point operations of the matrix products that a step cannot do without. */
  double floorFlops() {
    List<Integer> units = units();
    double flops = 0;
    for (int l = 1; l < units.size(); l++) {
      double product = 2.0 * batch * units.get(l - 1) * units.get(l);
      flops += product * (l == 1 ? 2 : 3);
    }
    return flops;
  }

  static Stream<StepShape> all() {
    return Stream.concat(
        Stream.of(512, 128, 1024).map(StepShape::large),
        Stream.of(512, 128, 1024).map(StepShape::small));
  }
}
