package io.streamdistill.engine.objective;

/** A softmax at a temperature, by parts: {@code p_k = exponential(k) / sum}. */
final class Softened {

  private final double temperature;
  private final double[] exponentials; // (classes), exp((v - max v)/t)
  private double sum;
  private double logSum;
  private long row = -1; // that it is of

  Softened(double temperature, int classes) {
    this.temperature = temperature;
    exponentials = new double[classes];
  }

  double temperature() {
    return temperature;
  }

  /** Makes it that of a row, unless it is already. */
  Softened of(long number, double[] values, double max) {
    if (row != number) {
      row = number;
      sum = 0;
      for (int k = 0; k < values.length; k++) {
        exponentials[k] = Math.exp((values[k] - max) / temperature);
        sum += exponentials[k];
      }
      logSum = Math.log(sum);
    }
    return this;
  }

  double exponential(int k) {
    return exponentials[k];
  }

  double probability(int k) {
    return exponentials[k] / sum;
  }

  double sum() {
    return sum;
  }

  double logSum() {
    return logSum;
  }
}
