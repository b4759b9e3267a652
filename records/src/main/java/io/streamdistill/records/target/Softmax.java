package io.streamdistill.records.target;

/**
 * The softmax at a temperature, q_i = exp(z_i / T) / sum_j exp(z_j / T) (Hinton, Vinyals, Dean
 * 2015, equation 1). Sums are kept in double; logits may be arbitrarily large.
 */
public final class Softmax {

  private Softmax() {}

  /**
   * Turns {@code values} (classes), logits, into log-probabilities at T, in place.
   *
   * @param temperature T > 0
   */
  public static void logSoftmax(double[] values, double temperature) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      max = Math.max(max, value);
    }
    double sum = 0;
    for (double value : values) {
      sum += Math.exp((value - max) / temperature);
    }
    double logSum = Math.log(sum);
    for (int i = 0; i < values.length; i++) {
      values[i] = (values[i] - max) / temperature - logSum;
    }
  }
}
