package io.streamdistill.teacher.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private final Set<Thread> opening = ConcurrentHashMap.newKeySet();
  private volatile long slowest; // nanoseconds
  private volatile BatchTimes times = (rows, time) -> {};
  private volatile boolean ending;

  /** Hears how long batches take. */
  @FunctionalInterface
  public interface BatchTimes {

    /** So many rows were scored in so long; what hung is left out. */
    void took(int rows, Duration time);
  }

  /**
   * Creates a watch.
   *
   * @param hangAfter how long a batch may take before it counts as hung, unless batches take long
   */
  public EngineWatch(Duration hangAfter, LongSupplier nanoTime) {
    this.hangAfter = hangAfter;
    this.nanoTime = nanoTime;
  }

  /** Tells {@code times} of every batch from now on. */
  public void tell(BatchTimes times) {
    this.times = times;
  }

  /** Opens models and tries them, which is no batch: {@link Opening} minds how long it takes. */
  <T> T opening(Supplier<T> work) {
    opening.add(Thread.currentThread());
    try {
      return work.get();
    } finally {
      opening.remove(Thread.currentThread());
    }
  }

  /** Scores a batch. */
  <T> T inside(int rows, Supplier<T> work) {
    long start = nanoTime.getAsLong();
    entered.put(Thread.currentThread(), start);
    try {
      T answer = work.get();
      took(rows, nanoTime.getAsLong() - start); // what hung says nothing of how long batches take
      return answer;
    } finally {
      entered.remove(Thread.currentThread());
    }
  }

  private void took(int rows, long nanos) {
    synchronized (this) {
      slowest = Math.max(slowest, nanos);
    }
    times.took(rows, Duration.ofNanos(nanos));
  }

  /** The service ends: a batch that is told to give up is not tried again. */
  public void end() {
    ending = true;
  }

  boolean isEnding() {
    return ending;
  }

  /** Whether a thread is inside now. */
  public boolean isBusy() {
    return !entered.isEmpty() || !opening.isEmpty();
  }

  /** Threads that score a batch now. */
  public Set<Thread> scoring() {
    return Set.copyOf(entered.keySet());
  }

  /** How long the slowest batch took so far. */
  public Duration slowest() {
    return Duration.ofNanos(slowest);
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
    Duration slow = slowest().multipliedBy(SLOWER);
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
