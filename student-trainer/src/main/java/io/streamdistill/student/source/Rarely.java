package io.streamdistill.student.source;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Says what stays true for long, or changes all the time, at once and then now and then. */
final class Rarely {

  private static final Duration INTERVAL = Duration.ofMinutes(10);

  private final InstantSource clock;
  private final Map<String, Instant> said = new HashMap<>();

  Rarely(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether something is to be said now; then it counts as said. */
  boolean isDue(String what) {
    Instant now = clock.instant();
    Instant last = said.get(what);
    if (last != null && Duration.between(last, now).compareTo(INTERVAL) < 0) {
      return false;
    }
    said.put(what, now);
    return true;
  }
}
