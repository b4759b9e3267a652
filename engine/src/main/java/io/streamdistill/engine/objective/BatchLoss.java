package io.streamdistill.engine.objective;

import java.util.List;
import java.util.stream.IntStream;

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
 * @param terms of the objective, in its order
 * @param judged what was found besides
 */
public record BatchLoss(
    int rows, int records, double weight, List<TermLoss> terms, Agreement judged) {

  /** No records: the neutral element of {@link #plus}. */
  public static final BatchLoss EMPTY = new BatchLoss(0, 0, 0, List.of(), Agreement.NONE);

  /** Copies. */
  public BatchLoss {
    terms = List.copyOf(terms);
  }

  /** What is known of a batch that no forward pass can make sense of. */
  public static BatchLoss notFinite(int rows) {
    return new BatchLoss(
        rows, 0, 0, List.of(new TermLoss("none", Double.NaN, Double.NaN)), Agreement.NONE);
  }

  /** The objective: mean loss per record, in nats. */
  public double total() {
    return value() / rows;
  }

  private double value() {
    double sum = 0;
    for (TermLoss term : terms) {
      sum += term.value();
    }
    return sum;
  }

  private double excess() {
    double sum = 0;
    for (TermLoss term : terms) {
      sum += term.excess();
    }
    return sum;
  }

  /** A term; of nothing when it has none of that name. */
  public TermLoss term(String name) {
    return terms.stream()
        .filter(term -> term.name().equals(name))
        .findFirst()
        .orElseGet(() -> new TermLoss(name, 0, 0));
  }

  /** What a student can do something about in a term, mean per record, in nats. */
  public double meanExcess(Term term) {
    return term(term.name()).excess() / rows;
  }

  /** What a student can do something about, per unit of weight, in nats. */
  public double meanExcess() {
    return excess() / weight;
  }

  /** The same per unit of weight of labelled records; NaN with none. */
  public double meanExcessOfLabelled() {
    return excess() / judged.labelledWeight();
  }

  /** Labelled records. */
  public int labelled() {
    return judged.labelled();
  }

  /** Share of records for which student and teacher name the same class, in [0, 1]. */
  public double agreement() {
    return (double) judged.agreements() / records;
  }

  /** Share of labelled records that the student gets right, in [0, 1]; NaN with no labels. */
  public double accuracy() {
    return (double) judged.correct() / judged.labelled();
  }

  /** Mean {@code KL(teacher at 1 || student at 1)} per record, in nats. */
  public double meanDivergence() {
    return judged.divergence() / records;
  }

  /** False when an input, a target, a weight or a parameter was not finite. */
  public boolean isFinite() {
    return Double.isFinite(value() + judged.divergence());
  }

  /** This batch and another one of the same objective as if they had been one. */
  public BatchLoss plus(BatchLoss other) {
    List<TermLoss> sums =
        terms.isEmpty()
            ? other.terms
            : other.terms.isEmpty()
                ? terms
                : IntStream.range(0, terms.size())
                    .mapToObj(i -> terms.get(i).plus(other.terms.get(i)))
                    .toList();
    return new BatchLoss(
        rows + other.rows,
        records + other.records,
        weight + other.weight,
        sums,
        judged.plus(other.judged));
  }
}
