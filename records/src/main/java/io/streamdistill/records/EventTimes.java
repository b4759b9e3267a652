package io.streamdistill.records;

import java.time.Duration;

/** Which event times are meant, and can be measured against a clock. */
public final class EventTimes {

  /** How far clocks may disagree. */
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);

  /** An event of earlier than that has a wrong clock, or none. */
  private static final Duration OLDEST = Duration.ofDays(366);

  private EventTimes() {}

  /**
   * Whether an event can be of this time.
   *
   * @param event ms since the epoch; any value
   * @param now ms since the epoch
   */
  public static boolean isMeant(long event, long now) {
    return event <= now + CLOCK_SKEW.toMillis() && event >= now - OLDEST.toMillis();
  }
}
