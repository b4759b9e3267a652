package io.streamdistill.cli.produce;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Holds a sender to a rate: record i leaves no earlier than i / rate after the first, and at high
 * rates up to four milliseconds later, since going to sleep costs more than sending. One that fell
 * behind catches up, so that the rate holds on average.
 */
final class Pace {

  /** Waits; may return early. */
  @FunctionalInterface
  interface Waiting {
    void nanos(long nanos);
  }

  /** Shortest wait. */
  static final long GRAIN_NANOS = 4_000_000;

  private final double nanosPerRecord; // 0: no limit
  private final LongSupplier nanoTime;
  private final Waiting waiting;
  private long sent;
  private long start;

  Pace(double recordsPerSecond, LongSupplier nanoTime, Waiting waiting) {
    this.nanosPerRecord = 1e9 / recordsPerSecond;
    this.nanoTime = nanoTime;
    this.waiting = waiting;
  }

  /** A pace on the system's clock; an infinite rate never waits. */
  static Pace of(double recordsPerSecond) {
    return new Pace(recordsPerSecond, System::nanoTime, LockSupport::parkNanos);
  }

  /** Returns when the next record may leave, or when the thread is interrupted. */
  void await() {
    if (nanosPerRecord == 0) {
      return;
    }
    if (sent == 0) {
      start = nanoTime.getAsLong();
    }
    long due = start + (long) (sent++ * nanosPerRecord);
    for (long left = due - nanoTime.getAsLong();
        left > 0 && !Thread.currentThread().isInterrupted();
        left = due - nanoTime.getAsLong()) {
      waiting.nanos(Math.max(left, GRAIN_NANOS));
    }
  }
}
