package io.streamdistill.student;

import static io.streamdistill.config.Require.require;

import java.time.Duration;

/**
 * How much a trainer puts up with.
 *
 * @param maxOutage how long broker or store may be away before the trainer gives up; zero: for
 *     ever. Default zero
 */
public record LimitsConfig(Duration maxOutage) {

  /** Validates. */
  public LimitsConfig {
    require(
        !maxOutage.isNegative(),
        "student.limits.max-outage must be >= 0 (0 waits for ever), got %s",
        maxOutage);
  }

  /** The defaults. */
  public static LimitsConfig defaults() {
    return new LimitsConfig(Duration.ZERO);
  }
}
