package io.streamdistill.student.learning;

import static io.streamdistill.config.Require.require;

/**
 * When learning counts as stalled, and what is done when it diverged.
 *
 * @param recoveries how often a student that diverged goes back to a good state and tries a lower
 *     rate, >= 0; default 4
 * @param rateFactor what the learning rate is multiplied by then, in (0, 1); default 0.1
 * @param patience steps after which a student that is no better than always giving the same answer
 *     has stalled, >= 1; default 2000
 */
public record LearningConfig(int recoveries, double rateFactor, long patience) {

  /** The defaults of the configuration. */
  public static LearningConfig defaults() {
    return new LearningConfig(4, 0.1, 2_000);
  }

  /** Validates. */
  public LearningConfig {
    require(recoveries >= 0, "student.learning.recoveries must be >= 0, got %s", recoveries);
    require(
        rateFactor > 0 && rateFactor < 1,
        "student.learning.rate-factor must be in (0, 1), got %s; 0.1 is usual",
        rateFactor);
    require(patience >= 1, "student.learning.patience must be >= 1 step, got %s", patience);
  }
}
