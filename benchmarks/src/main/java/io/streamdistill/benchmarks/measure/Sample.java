package io.streamdistill.benchmarks.measure;

import java.util.Arrays;
import java.util.Collection;

/** Repeated measurements of one thing, at least one, all finite. */
public final class Sample {

  private final double[] values; // in the order in which they were taken

  /** Copies and validates. */
  public Sample(double... values) {
    this.values = values.clone();
    if (values.length == 0) {
      throw new IllegalArgumentException("a sample needs a value");
    }
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("not finite: " + Arrays.toString(values));
      }
    }
  }

  /** The values of a collection. */
  public static Sample of(Collection<? extends Number> values) {
    return new Sample(values.stream().mapToDouble(Number::doubleValue).toArray());
  }

  /** A copy of the values, in the order in which they were taken. */
  public double[] values() {
    return values.clone();
  }

  /** The middle value, or the mean of the two in the middle. */
  public double median() {
    return quantile(0.5);
  }

  /** The smallest value. */
  public double min() {
    return quantile(0);
  }

  /** The largest value. */
  public double max() {
    return quantile(1);
  }

  /**
   * A quantile, linear between neighbours.
   *
   * @param share in [0, 1]
   */
  public double quantile(double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
