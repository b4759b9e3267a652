package io.streamdistill.records.target;

/**
 * What stands for a probability of exactly zero, which has no logit: half the smallest probability
 * that the same answer holds, but no more than {@link #CAP}. A forest of 100 trees cannot say less
 * than 0.01; a zero of it means "below that", not e^-87, which at a high temperature would decide
 * the whole loss.
 */
public final class ProbabilityFloor {

  /** Most that stands for a zero, no unit. */
  public static final double CAP = 1e-3;

  private ProbabilityFloor() {}

  /** The floor of an answer whose smallest probability above zero is {@code smallest}. */
  public static double of(double smallest) {
    return Math.min(smallest / 2, CAP);
  }

  /** Replaces every probability of (classes) that is not above zero, and normalises again. */
  public static void raiseZeros(double[] probabilities) {
    double smallest = Double.POSITIVE_INFINITY;
    for (double probability : probabilities) {
      if (probability > 0) {
        smallest = Math.min(smallest, probability);
      }
    }
    raise(probabilities, of(smallest), Double.MIN_VALUE);
  }

  /** Replaces every probability of (classes) below {@code floor}, and normalises again. */
  public static void raise(double[] probabilities, double floor) {
    raise(probabilities, floor, floor);
  }

  private static void raise(double[] probabilities, double floor, double below) {
    double sum = 0;
    boolean raised = false;
    for (int c = 0; c < probabilities.length; c++) {
      if (probabilities[c] < below) {
        probabilities[c] = floor;
        raised = true;
      }
      sum += probabilities[c];
    }
    for (int c = 0; raised && c < probabilities.length; c++) {
      probabilities[c] /= sum;
    }
  }
}
