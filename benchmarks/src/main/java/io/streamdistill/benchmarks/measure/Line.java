package io.streamdistill.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * A straight line through points, by the estimator of Theil and Sen: its slope is the median of the
 * slopes between any two points. One step up, such as a compiler's memory makes, hardly moves it; a
 * steady rise does.
 *
 * @param slope change of y per unit of x
 * @param intercept median of what is left, y where x is 0
 */
public record Line(double slope, double intercept) {

  /**
   * Fits.
   *
   * @param x at least two different values
   * @param y as many
   */
  public static Line through(double[] x, double[] y) {
    if (x.length != y.length || x.length < 2) {
      throw new IllegalArgumentException(
          "a line needs two points or more, got %d x and %d y".formatted(x.length, y.length));
    }
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      for (int j = i + 1; j < x.length; j++) {
        if (x[i] != x[j]) {
          slopes.add((y[j] - y[i]) / (x[j] - x[i]));
        }
      }
    }
    if (slopes.isEmpty()) {
      throw new IllegalArgumentException("all x are the same");
    }
    double slope = Sample.of(slopes).median();
    List<Double> left = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      left.add(y[i] - slope * x[i]);
    }
    return new Line(slope, Sample.of(left).median());
  }
}
