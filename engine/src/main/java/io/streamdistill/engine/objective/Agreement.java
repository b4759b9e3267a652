package io.streamdistill.engine.objective;

/**
 * How student, teacher and labels agree on the records of positive weight of a batch; sums.
 *
 * @param labelled labelled records
 * @param labelledWeight sum of their weights
 * @param agreements records for which student and teacher name the same class
 * @param correct labelled records for which the student names the label
 * @param divergence sum of {@code KL(teacher at 1 || student at 1)}, unweighted, in nats
 */
public record Agreement(
    int labelled, double labelledWeight, int agreements, int correct, double divergence) {

  /** On no records. */
  static final Agreement NONE = new Agreement(0, 0, 0, 0, 0);

  Agreement plus(Agreement other) {
    return new Agreement(
        labelled + other.labelled,
        labelledWeight + other.labelledWeight,
        agreements + other.agreements,
        correct + other.correct,
        divergence + other.divergence);
  }
}
