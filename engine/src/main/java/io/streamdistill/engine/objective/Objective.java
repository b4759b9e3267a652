package io.streamdistill.engine.objective;

import java.util.List;

/**
 * What is minimised: the loss of a batch, in terms that have names, and its gradient. One that
 * looks at each record by itself is a {@link RowObjective}; this one may look at the whole batch.
 * One thread at a time.
 */
public interface Objective {

  /** The terms of its loss, in the order of {@link BatchLoss#terms}. */
  List<Term> terms();

  /** The loss of the first {@code rows} records. */
  BatchLoss value(LogitMatrix z, TargetBatch targets, int rows);

  /**
   * The loss of the first {@code rows} records and its gradient with respect to their logits.
   *
   * @param gradient overwritten: of {@link BatchLoss#total} over the square of {@link
   *     ObjectiveConfig#logitScale}
   * @param scale factor on the gradient: 1 for the gradient of the mean, rows for that of the sum
   */
  BatchLoss valueAndGradient(
      LogitMatrix z, TargetBatch targets, int rows, LogitMatrix gradient, double scale);
}
