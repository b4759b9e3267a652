package io.streamdistill.engine.objective;

/**
 * What the forward pass of one batch said <em>before</em> the update: the loss, and the prequential
 * metrics that come free with it (test on each record, then train on it).
 *
 * <p>Sums, not means, so that batches add up: {@link #plus}. Records of weight zero are in {@code
 * rows} and nowhere else.
 *
 * @param rows records in the batch; the denominator of {@link #total()}
 * @param records records of positive weight; the denominator of agreement and divergence
 * @param weight sum of the weights w
 * @param softLoss sum of {@code w (1-a) T^2 CE(p, q at T)}, in nats
 * @param excessLoss the part of {@code softLoss} that the student can do something about: sum of
 *     {@code w (1-a) T^2 KL(p || q at T)}, in nats; 0 when student and teacher agree in everything
 * @param hardLoss sum of {@code w a h^2 CE(y, q at h)} over labelled records, in nats
 * @param labelled labelled records
 * @param labelledWeight sum of their weights
 * @param agreements records for which student and teacher name the same class
 * @param correct labelled records for which the student names the label
 * @param divergence sum of {@code KL(teacher at 1 || student at 1)}, unweighted, in nats
 */
public record BatchLoss(
    int rows,
    int records,
    double weight,
    double softLoss,
    double excessLoss,
    double hardLoss,
    int labelled,
    double labelledWeight,
    int agreements,
    int correct,
    double divergence) {

  /** No records: the neutral element of {@link #plus}. */
  public static final BatchLoss EMPTY = new BatchLoss(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** What is known of a batch that no forward pass can make sense of. */
  public static BatchLoss notFinite(int rows) {
    return new BatchLoss(rows, 0, 0, Double.NaN, Double.NaN, Double.NaN, 0, 0, 0, 0, Double.NaN);
  }

  /** The objective: mean loss per record, in nats. */
  public double total() {
    return (softLoss + hardLoss) / rows;
  }

  /**
   * What a student can do something about, per unit of weight: soft loss beyond the teacher's
   * entropy, and hard loss, in nats.
   */
  public double meanExcess() {
    return (excessLoss + hardLoss) / weight;
  }

  /** Mean hard loss per unit of weight of labelled records, in nats; NaN with none. */
  public double meanHard() {
    return hardLoss / labelledWeight;
  }

  /** Share of records for which student and teacher name the same class, in [0, 1]. */
  public double agreement() {
    return (double) agreements / records;
  }

  /** Share of labelled records that the student gets right, in [0, 1]; NaN with no labels. */
  public double accuracy() {
    return (double) correct / labelled;
  }

  /** Mean {@code KL(teacher at 1 || student at 1)} per record, in nats. */
  public double meanDivergence() {
    return divergence / records;
  }

  /** False when an input, a target, a weight or a parameter was not finite. */
  public boolean isFinite() {
    return Double.isFinite(softLoss + hardLoss + divergence);
  }

  /** This batch and another one as if they had been one. */
  public BatchLoss plus(BatchLoss other) {
    return new BatchLoss(
        rows + other.rows,
        records + other.records,
        weight + other.weight,
        softLoss + other.softLoss,
        excessLoss + other.excessLoss,
        hardLoss + other.hardLoss,
        labelled + other.labelled,
        labelledWeight + other.labelledWeight,
        agreements + other.agreements,
        correct + other.correct,
        divergence + other.divergence);
  }
}
