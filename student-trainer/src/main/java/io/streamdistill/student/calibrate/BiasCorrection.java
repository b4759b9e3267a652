package io.streamdistill.student.calibrate;

import static io.streamdistill.config.Require.require;

import io.streamdistill.student.StudentException;
import java.util.Arrays;

/**
 * Shifts of a student's output biases after which its mean prediction on unlabelled probe examples
 * is a given one: the teacher's mean prediction on them, or a class prior that is known. No label
 * is used.
 *
 * <p>A student that never saw a class in its transfer set has learned from the teacher's soft
 * targets what such examples look like, but its bias says that they do not occur. Hinton, Vinyals
 * and Dean (2015, section 3) raise that bias by a number found on the test set; here it is the
 * solution b of {@code mean_n softmax(z_n + b) = target}, the minimum of the convex function {@code
 * mean_n logsumexp(z_n + b) - target . b}, found by iterative scaling: {@code b += log target - log
 * mean softmax(z + b)}.
 */
public final class BiasCorrection {

  private static final int MAX_ITERATIONS = 10_000;
  private static final double TOLERANCE = 1e-8;

  private BiasCorrection() {}

  /**
   * Solves for the shifts.
   *
   * @param logits (probe examples, classes) of the student at T = 1, or its log-probabilities; left
   *     alone
   * @param target (classes) the mean prediction that is wanted; each > 0, sum 1
   * @return (classes) what to add to the output biases; their mean is 0
   * @throws StudentException when no shift gives that mean prediction within reason
   */
  public static double[] solve(double[][] logits, double[] target) {
    require(logits.length > 0, "there are no probe examples to correct biases on");
    double sum = Arrays.stream(target).sum();
    require(
        Math.abs(sum - 1) < 1e-3 && Arrays.stream(target).allMatch(p -> p > 0),
        "the mean prediction to reach must be > 0 for every class and sum to 1, got %s",
        Arrays.toString(target));
    double[] shift = new double[target.length];
    for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      double[] mean = meanPrediction(logits, shift);
      double off = 0;
      for (int k = 0; k < target.length; k++) {
        double wanted = target[k] / sum;
        off = Math.max(off, Math.abs(mean[k] - wanted));
        shift[k] += Math.log(wanted) - Math.log(Math.max(mean[k], Double.MIN_NORMAL));
      }
      if (off < TOLERANCE) {
        return centred(shift);
      }
    }
    throw new StudentException(
        "no shift of the biases gives the mean prediction %s on the %d probe examples; are there examples of every class among them?"
            .formatted(Arrays.toString(target), logits.length));
  }

  /** The mean of softmax(logits + shift), (classes). */
  public static double[] meanPrediction(double[][] logits, double[] shift) {
    double[] mean = new double[shift.length];
    double[] exp = new double[shift.length];
    for (double[] row : logits) {
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < exp.length; k++) {
        max = Math.max(max, row[k] + shift[k]);
      }
      double sum = 0;
      for (int k = 0; k < exp.length; k++) {
        exp[k] = Math.exp(row[k] + shift[k] - max);
        sum += exp[k];
      }
      for (int k = 0; k < exp.length; k++) {
        mean[k] += exp[k] / sum / logits.length;
      }
    }
    return mean;
  }

  private static double[] centred(double[] shift) {
    double mean = Arrays.stream(shift).average().orElse(0);
    return Arrays.stream(shift).map(b -> b - mean).toArray();
  }
}
