package io.streamdistill.engine.cuda;

import io.streamdistill.engine.objective.Agreement;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.engine.objective.TermLoss;
import java.nio.DoubleBuffer;
import java.util.List;

/** What a step says of itself, in the order of {@code kernels/students.cu}. */
final class Results {

  private static final int SOFT = 0;
  private static final int HARD = 1;
  private static final int SOFT_EXCESS = 2;
  private static final int HARD_EXCESS = 3;
  private static final int DIVERGENCE = 4;
  private static final int WEIGHT = 5;
  private static final int LABELLED_WEIGHT = 6;
  private static final int RECORDS = 7;
  private static final int LABELLED = 8;
  private static final int AGREEMENTS = 9;
  private static final int CORRECT = 10;

  /** Sums over the rows. */
  static final int SUMS = 11;

  private static final int STEPS = 12;

  /** All numbers. */
  static final int COUNT = 13;

  private Results() {}

  /** The loss in (COUNT) numbers. */
  static BatchLoss loss(DoubleBuffer of, int rows) {
    return new BatchLoss(
        rows,
        (int) of.get(RECORDS),
        of.get(WEIGHT),
        List.of(
            new TermLoss(name(0), of.get(SOFT), of.get(SOFT_EXCESS)),
            new TermLoss(name(1), of.get(HARD), of.get(HARD_EXCESS))),
        new Agreement(
            (int) of.get(LABELLED),
            of.get(LABELLED_WEIGHT),
            (int) of.get(AGREEMENTS),
            (int) of.get(CORRECT),
            of.get(DIVERGENCE)));
  }

  private static String name(int term) {
    return DistillationConfig.TERMS.get(term).name();
  }

  /** Steps that the optimizer has taken when it was done. */
  static int steps(DoubleBuffer of) {
    return (int) of.get(STEPS);
  }
}
