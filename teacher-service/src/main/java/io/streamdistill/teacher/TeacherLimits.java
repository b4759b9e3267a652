package io.streamdistill.teacher;

import static io.streamdistill.config.Require.require;

import java.time.Duration;

/**
 * From where on the teacher stops or holds, rather than going on.
 *
 * @param maxFailingShare of the newest 1,000 examples that the model may have no answer to, in (0,
 *     1]; beyond it the service stops. 1 never stops; default 0.5
 * @param maxRejectedShare of the first records after the start that may be rejected, in (0, 1];
 *     beyond it the service holds. 1 never holds; default 0.5
 * @param hangAfter how long a batch may be in the engine before it counts as hung, in [1 s, 1 day];
 *     default 1 min. Or ten times as long as the slowest batch took, if that is longer
 * @param maxOutage how long Kafka, or a teacher that is somewhere else, may be away before the
 *     service stops; default 0, for ever
 */
public record TeacherLimits(
    double maxFailingShare, double maxRejectedShare, Duration hangAfter, Duration maxOutage) {

  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofDays(1);

  /** Validates. */
  public TeacherLimits {
    requireShare("max-failing-share", maxFailingShare, "1 never stops");
    requireShare("max-rejected-share", maxRejectedShare, "1 never holds");
    require(
        hangAfter.compareTo(LEAST) >= 0 && hangAfter.compareTo(DAY) <= 0,
        "teacher.limits.hang-after must be in [1 s, 1 d], got %s ms; it should be longer than any batch",
        hangAfter.toMillis());
    require(
        !maxOutage.isNegative(),
        "teacher.limits.max-outage must be >= 0, got %s ms; 0 waits for ever",
        maxOutage.toMillis());
  }

  private static void requireShare(String key, double share, String hint) {
    require(
        share > 0 && share <= 1,
        "teacher.limits.%s must be in (0, 1], got %s; %s",
        key,
        share,
        hint);
  }

  /** All defaults. */
  public static TeacherLimits defaults() {
    return new TeacherLimits(0.5, 0.5, Duration.ofMinutes(1), Duration.ZERO);
  }
}
