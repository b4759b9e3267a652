package io.streamdistill.teacher.topology;

import java.time.Duration;

/**
 * When to score a batch that is not full: a linger after the oldest timestamp, less what scoring
 * will take. But not before half a linger is over, so that batches still fill when there is a
 * backlog; nor later than a linger after the first record came.
 */
final class Deadline {

  private final long linger; // ms
  private long arrived; // system time at which the batch got its first record, ms
  private long oldest; // least timestamp in the batch, ms

  Deadline(Duration linger) {
    this.linger = linger.toMillis();
  }

  /** The first record of a batch comes; {@code now} is ms since the epoch. */
  void begin(long now) {
    arrived = now;
    oldest = Long.MAX_VALUE;
  }

  /** A record joins the batch; {@code timestamp} is ms since the epoch. */
  void add(long timestamp) {
    oldest = Math.min(oldest, timestamp);
  }

  /**
   * When the batch is due, ms since the epoch.
   *
   * @param ahead what scoring will take, ms
   */
  long due(long ahead) {
    return Math.min(arrived + linger, Math.max(oldest + linger - ahead, arrived + linger / 2));
  }
}
