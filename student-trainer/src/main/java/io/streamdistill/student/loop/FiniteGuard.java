package io.streamdistill.student.loop;

import io.streamdistill.student.DivergenceException;
import io.streamdistill.student.objective.BatchLoss;

/** Stops training before a weight that is not a finite number could be published. */
final class FiniteGuard {

  private FiniteGuard() {}

  /** Called after every step; a step with such a loss has changed nothing. */
  static void requireFinite(BatchLoss loss, long step) {
    if (!loss.isFinite()) {
      throw diverged("the loss of step %d is not finite".formatted(step));
    }
  }

  /** Called before every checkpoint. */
  static void requireFinite(String what, float[] values, long step) {
    float check = 0; // becomes NaN with the first value that is not finite
    for (float value : values) {
      check += value * 0;
    }
    if (check != 0) { // NaN
      throw diverged("%s at step %d hold values that are not finite".formatted(what, step));
    }
  }

  private static DivergenceException diverged(String what) {
    return new DivergenceException(
        what
            + "; training stops and nothing of this is published: the last checkpoint stays."
            + " Lower student.learning-rate.base or add warm-up steps, then start again");
  }
}
