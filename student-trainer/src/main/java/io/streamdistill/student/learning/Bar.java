package io.streamdistill.student.learning;

import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.engine.objective.ObjectiveConfig;

/**
 * What learning is measured by: a student that always gives the same answer.
 *
 * @param loss what it costs per unit of weight, in nats; NaN when nobody measured it
 * @param blank what a student costs that gives every class alike, as each does before its first
 *     step, and at least a little more than nothing: multiples of it are taken
 * @param share of the examples on which it agrees with the teacher
 */
record Bar(double loss, double blank, double share) {

  /** Least blank loss, in units of the variance of the teacher's logits. */
  private static final double LEAST = 0.1;

  static Bar of(StudentScales scales, ObjectiveConfig objective, int classes) {
    double soft = objective.softShare();
    double hard = objective.blankLabelLoss(classes);
    double spread = scales.spread() > 0 ? scales.spread() : objective.logitScale();
    return new Bar(
        soft == 0 ? hard : scales.examples() == 0 ? Double.NaN : soft * scales.priorLoss(),
        soft * Math.max(scales.blankLoss(), LEAST * spread * spread) + hard,
        scales.majority());
  }

  boolean isKnown() {
    return !Double.isNaN(loss);
  }

  /** The bar again, where nobody measured it: by what the student began with. */
  Bar orElse(double firstLoss) {
    return isKnown() ? this : new Bar(firstLoss, Math.max(firstLoss, blank), share);
  }
}
