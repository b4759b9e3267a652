package io.streamdistill.teacher.topology;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.streamdistill.outage.Backoff;
import io.streamdistill.teacher.engine.TeacherUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the teacher cannot score for a while, and when it is asked again: later each time, since
 * it may be away because too much is asked of it. Batches wait meanwhile; nothing of them is
 * skipped or committed. Thread-safe.
 */
public final class TeacherOutage {

  private static final Logger log = LoggerFactory.getLogger(TeacherOutage.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** That it lasts. */
  private record Away(String why, long since) {}

  private final LongSupplier nanoTime;
  private final Backoff backoff =
      new Backoff(FIRST_PAUSE, LONGEST_PAUSE, ThreadLocalRandom.current());
  private final AtomicLong failures = new AtomicLong();
  private volatile @Nullable Away away;
  private volatile long next; // nanoTime

  /** Begins without one. */
  public TeacherOutage(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Lets the registry show how long it lasts, and how often it was met. */
  public void register(MeterRegistry registry) {
    Gauge.builder("distill.teacher.outage", this, outage -> outage.lasting().toMillis() / 1e3)
        .description("Time for which the teacher has not been able to score; 0 when it is")
        .baseUnit("seconds")
        .register(registry);
    FunctionCounter.builder("distill.teacher.outage.attempts", failures, AtomicLong::get)
        .description("Batches that the teacher could not score just then; they are tried again")
        .register(registry);
  }

  /** Whether the teacher may be asked now. */
  boolean mayAsk() {
    return away == null || nanoTime.getAsLong() - next >= 0;
  }

  /** The teacher was asked, and could not. */
  synchronized void met(TeacherUnavailableException failure) {
    long now = nanoTime.getAsLong();
    failures.incrementAndGet();
    String why = String.valueOf(failure.getMessage());
    Away before = away;
    away = new Away(why, before == null ? now : before.since());
    if (before == null) {
      log.warn(
          "The teacher cannot score just now: {}. Batches wait, and are tried again for as long as it"
              + " takes; nothing is skipped",
          why);
    }
    if (before == null || now - next >= 0) { // else another thread was faster
      next = now + backoff.next().toNanos();
    }
  }

  /** The teacher was asked, and could. */
  void over() {
    if (away != null) {
      end();
    }
  }

  private synchronized void end() {
    Away before = away;
    if (before != null) {
      away = null;
      backoff.reset();
      log.info(
          "The teacher scores again, after {} s",
          Duration.ofNanos(nanoTime.getAsLong() - before.since()).toSeconds());
    }
  }

  /** How long it has lasted; zero when there is none. */
  public Duration lasting() {
    Away now = away;
    return now == null ? Duration.ZERO : Duration.ofNanos(nanoTime.getAsLong() - now.since());
  }

  /** What is wrong, and since when, in one line; empty when the teacher scores. */
  public Optional<String> problem() {
    Away now = away;
    return now == null
        ? Optional.empty()
        : Optional.of(
            "the teacher has not been able to score for %d s: %s; it is tried again, and nothing is skipped"
                .formatted(lasting().toSeconds(), now.why()));
  }
}
