package io.streamdistill.benchmarks.measure;

/**
 * A straight line through points, by least squares.
 *
 * @param slope change of y per unit of x
 * @param intercept y where x is 0
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
    double meanX = 0;
    double meanY = 0;
    for (int i = 0; i < x.length; i++) {
      meanX += x[i] / x.length;
      meanY += y[i] / y.length;
    }
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      xy += (x[i] - meanX) * (y[i] - meanY);
    }
    if (xx == 0) {
      throw new IllegalArgumentException("all x are the same");
    }
    double slope = xy / xx;
    return new Line(slope, meanY - slope * meanX);
  }
}
