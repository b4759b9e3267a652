package io.streamdistill.outage;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time, up to a limit, and each time a
 * little more or less, so that many who wait for the same thing do not come all at once.
 */
public final class Backoff {

  private static final double JITTER = 0.25;

  private final Duration first;
  private final Duration longest;
  private final RandomGenerator random;
  private Duration next;

  /** Begins with {@code first} and ends at {@code longest}. */
  public Backoff(Duration first, Duration longest, RandomGenerator random) {
    this.first = first;
    this.longest = longest;
    this.random = random;
    this.next = first;
  }

  /** After a failure: from three quarters to five quarters of what was waited for before, twice. */
  public Duration next() {
    double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
    Duration wait = Duration.ofMillis(Math.round(next.toMillis() * factor));
    Duration twice = next.multipliedBy(2);
    next = twice.compareTo(longest) < 0 ? twice : longest;
    return wait;
  }

  /** After a success. */
  public void reset() {
    next = first;
  }
}
