package io.streamdistill.teacher.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Which threads are inside the engine, and since when: native code that cannot be interrupted, and
 * must not lose its memory meanwhile. Thread-safe.
 */
public final class EngineWatch {

  /** A batch that takes so many times as long as the slowest before may still be one that works. */
  private static final int SLOWER = 10;

  private final Duration hangAfter;
  private final LongSupplier nanoTime;
  private final Map<Thread, Long> entered = new ConcurrentHashMap<>();
  private volatile long slowest; // nanoseconds
  private volatile boolean opening;

  /**
   * Creates a watch.
   *
   * @param hangAfter how long a batch may take before it counts as hung, unless batches take long
   */
  public EngineWatch(Duration hangAfter, LongSupplier nanoTime) {
    this.hangAfter = hangAfter;
    this.nanoTime = nanoTime;
  }

  /** Opens models and tries them, which takes longer than a batch. */
  public <T> T opening(Supplier<T> work) {
    entered.put(Thread.currentThread(), nanoTime.getAsLong());
    opening = true;
    try {
      return work.get();
    } finally {
      opening = false;
      entered.remove(Thread.currentThread());
    }
  }

  /** Scores a batch. */
  <T> T inside(Supplier<T> work) {
    long start = nanoTime.getAsLong();
    entered.put(Thread.currentThread(), start);
    try {
      T answer = work.get();
      took(nanoTime.getAsLong() - start); // what hung says nothing of how long batches take
      return answer;
    } finally {
      entered.remove(Thread.currentThread());
    }
  }

  private synchronized void took(long nanos) {
    slowest = Math.max(slowest, nanos);
  }

  /** Whether a thread is inside now. */
  public boolean isBusy() {
    return !entered.isEmpty();
  }

  /** Threads that have been inside for longer than a batch may take. */
  public List<Thread> hung() {
    long earliest = nanoTime.getAsLong() - bound().toNanos();
    return entered.entrySet().stream()
        .filter(each -> each.getValue() - earliest < 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** How long the batch that has been inside for longest has been; 0 when there is none. */
  public Duration age() {
    long now = nanoTime.getAsLong();
    return Duration.ofNanos(
        entered.values().stream().mapToLong(start -> now - start).max().orElse(0));
  }

  /** How long a batch may take: the configured time, or ten times the slowest so far. */
  public Duration bound() {
    if (opening) {
      return hangAfter.multipliedBy(SLOWER);
    }
    Duration slow = Duration.ofNanos(slowest).multipliedBy(SLOWER);
    return slow.compareTo(hangAfter) > 0 ? slow : hangAfter;
  }

  /**
   * Which bound the age of a batch is beyond, in one line; empty when it is below {@code share}.
   */
  public Optional<String> problem(double share) {
    Duration age = age();
    Duration bound = bound();
    return age.toNanos() <= share * bound.toNanos()
        ? Optional.empty()
        : Optional.of(
            "a batch has been in the engine for %d s; it counts as hung after %d s (teacher.limits.hang-after)"
                .formatted(age.toSeconds(), bound.toSeconds()));
  }
}
