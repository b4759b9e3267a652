package io.streamdistill.engine.objective;

import java.util.List;

/** An objective to which each record contributes by itself. {@link RowByRow} makes it one. */
public interface RowObjective {

  /** The terms of its loss. */
  List<Term> terms();

  /**
   * What a record adds to the loss.
   *
   * @param row the record; its weight is not applied yet
   * @param losses (terms) overwritten: what is minimised, weight applied
   * @param excess (terms) overwritten: the part that a student can do something about
   * @param gradient (classes) overwritten: of the sum of the losses
   */
  void row(ObjectiveRow row, double[] losses, double[] excess, double[] gradient);
}
