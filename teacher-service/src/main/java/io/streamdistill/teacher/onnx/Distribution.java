package io.streamdistill.teacher.onnx;

/** What a row of a model's numbers looks like. */
enum Distribution {
  /** One over the classes, or the probability of the second of two. */
  YES,
  /** Finite numbers of another kind. */
  NO,
  /** NaN or infinite, from which nothing can be told. */
  UNKNOWN;

  /** What float16 and quantised models may be off. */
  static final double TOLERANCE = 0.02;

  static Distribution of(double[] row) {
    double sum = 0;
    boolean inside = true;
    for (double value : row) {
      if (!Double.isFinite(value)) {
        return UNKNOWN;
      }
      inside &= isProbability(value);
      sum += value;
    }
    return inside && (row.length == 1 || Math.abs(sum - 1) <= TOLERANCE) ? YES : NO;
  }

  static boolean isProbability(double value) {
    return value >= -TOLERANCE && value <= 1 + TOLERANCE;
  }
}
