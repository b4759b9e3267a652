package io.streamdistill.student.learning;

import io.streamdistill.engine.objective.BatchLoss;
import java.util.ArrayDeque;
import java.util.Deque;

/** The newest steps of training, together: their loss, and how often student and teacher agree. */
final class RecentSteps {

  /** Batches that are looked back on. */
  private static final int WINDOW = 20;

  /** Fewer batches decide nothing. */
  private static final int FEW = 5;

  /** Fewer labelled records decide nothing. */
  private static final int FEW_LABELLED = 10;

  /** Errors of a share that are taken for chance. */
  private static final double STANDARD_ERRORS = 3;

  private final boolean byLabels;
  private final Deque<BatchLoss> window = new ArrayDeque<>();
  private BatchLoss sum = BatchLoss.EMPTY;

  /**
   * Creates it empty.
   *
   * @param byLabels whether only labels are asked for
   */
  RecentSteps(boolean byLabels) {
    this.byLabels = byLabels;
  }

  void add(BatchLoss loss) {
    window.add(loss);
    sum = sum.plus(loss);
    if (window.size() > WINDOW) {
      window.removeFirst();
      sum = window.stream().reduce(BatchLoss.EMPTY, BatchLoss::plus); // no drift by subtraction
    }
  }

  /** Whether nothing was trained on. */
  boolean isEmpty() {
    return sum.weight() == 0;
  }

  /** Whether there are too few steps to decide anything. */
  boolean saysNothing() {
    return isEmpty() || window.size() < FEW;
  }

  /** Whether too few records are of a kind that something is asked of. */
  boolean isTooFew() {
    return judged() < (byLabels ? FEW_LABELLED : 1);
  }

  /** Records that something is asked of. */
  int judged() {
    return byLabels ? sum.labelled() : sum.records();
  }

  /** Mean excess loss of these, nats. */
  double loss() {
    return byLabels ? sum.meanExcessOfLabelled() : sum.meanExcess();
  }

  /** Share of these on which the student says what it should; NaN when nobody can tell. */
  double agreement() {
    return byLabels ? sum.accuracy() : sum.agreement();
  }

  /** How far above a share of answers chance takes the agreement. */
  double error(double share) {
    double most = Math.max(share, 1.0 / judged());
    return STANDARD_ERRORS * Math.sqrt(most * (1 - Math.min(most, 1)) / judged());
  }
}
