package io.streamdistill.cli.evaluate;

/**
 * Expected calibration error (Guo et al. 2017, equation 3): sum_b n_b / n |acc_b - conf_b| over 15
 * equal bins of the confidence, the probability of the answer.
 */
final class CalibrationError {

  private static final int BINS = 15;

  private final long[] counts = new long[BINS];
  private final long[] right = new long[BINS];
  private final double[] confidence = new double[BINS];

  /** Adds an answer with its probability. */
  void add(double probability, boolean isRight) {
    int bin = Math.min(BINS - 1, (int) (probability * BINS));
    counts[bin]++;
    confidence[bin] += probability;
    if (isRight) {
      right[bin]++;
    }
  }

  /** The error, in [0, 1]; NaN when nothing was added. */
  double value() {
    long all = 0;
    double error = 0;
    for (int bin = 0; bin < BINS; bin++) {
      all += counts[bin];
      error += Math.abs(right[bin] - confidence[bin]);
    }
    return all == 0 ? Double.NaN : error / all;
  }
}
