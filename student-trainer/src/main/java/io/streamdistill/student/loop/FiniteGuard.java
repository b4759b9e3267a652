package io.streamdistill.student.loop;

import io.streamdistill.student.learning.DivergenceException;

/** Stops training before a weight that is not a finite number could be published. */
final class FiniteGuard {

  private FiniteGuard() {}

  /** Called before every checkpoint. */
  static void requireFinite(String what, float[] values, long step) {
    float check = 0; // becomes NaN with the first value that is not finite
    for (float value : values) {
      check += value * 0;
    }
    if (check != 0) { // NaN
      throw diverged("%s at step %d hold values that are not finite".formatted(what, step), step);
    }
  }

  private static DivergenceException diverged(String what, long step) {
    return new DivergenceException(what, step);
  }
}
