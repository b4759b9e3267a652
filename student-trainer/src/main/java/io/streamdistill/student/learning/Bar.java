package io.streamdistill.student.learning;

import io.streamdistill.core.checkpoint.StudentScales;
import io.streamdistill.student.objective.ObjectiveConfig;

/**
 * What learning is measured by: a student that always gives the same answer.
 *
 * @param loss what it costs per unit of weight, in nats; NaN when nobody measured it
 * @param floor least loss that counts as much, in nats: beside it, multiples of a loss near zero
 *     say nothing
 * @param share of the examples on which it agrees with the teacher
 */
record Bar(double loss, double floor, double share) {

  /** In units of the logits' variance. */
  private static final double FLOOR = 0.1;

  static Bar of(StudentScales scales, ObjectiveConfig objective, int classes) {
    double soft = 1 - objective.hardWeight();
    double hardTemperature = objective.hardTemperature();
    double hard = objective.hardWeight() * hardTemperature * hardTemperature * Math.log(classes);
    double unit = objective.logitScale() * objective.logitScale();
    return new Bar(
        soft == 0 ? hard : scales.examples() == 0 ? Double.NaN : soft * scales.priorLoss(),
        soft * FLOOR * unit + hard,
        scales.majority());
  }

  boolean isKnown() {
    return !Double.isNaN(loss);
  }

  /** The bar again, where nobody measured it: by what the student began with. */
  Bar orElse(double firstLoss) {
    return isKnown() ? this : new Bar(firstLoss, floor, share);
  }

  /** Loss that multiples are taken of. */
  double unit() {
    return Math.max(loss, floor);
  }
}
