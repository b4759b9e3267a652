package io.streamdistill.teacher.onnx;

/** How far apart two answers to the same row are. */
final class Difference {

  private Difference() {}

  /**
   * The largest difference, relative to the largest number.
   *
   * @return 0 only for the same bits; infinity where only one of them is a number
   */
  static double of(double[] a, double[] b) {
    double largest = Double.MIN_NORMAL;
    double difference = 0;
    for (int c = 0; c < a.length; c++) {
      if (Double.doubleToLongBits(a[c]) != Double.doubleToLongBits(b[c])) {
        double apart = Math.max(Math.abs(a[c] - b[c]), Double.MIN_VALUE); // +0 and -0
        difference = Double.isNaN(apart) ? Double.POSITIVE_INFINITY : Math.max(difference, apart);
      }
      largest = Math.max(largest, Double.isFinite(a[c]) ? Math.abs(a[c]) : 0);
    }
    return difference == 0 ? 0 : Math.max(difference / largest, Double.MIN_VALUE);
  }
}
