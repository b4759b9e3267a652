package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.outage.OutageException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again what fails while broker or store are away, with pauses that grow and are never quite
 * the same; says so in the log, and to whoever asks for the health of the service.
 */
public final class Perseverance {

  private static final Logger log = LoggerFactory.getLogger(Perseverance.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

  /** A service that is to end does not wait longer than this; most supervisors wait 30 s. */
  public static final Duration HURRY = Duration.ofSeconds(15);

  private final Duration limit;
  private final InstantSource clock;
  private final Object pause = new Object();
  private volatile @Nullable Instant deadline; // of a service that is to end
  private volatile @Nullable String problem;

  /** Work that can be done again. */
  @FunctionalInterface
  public interface Work {

    /** Does it; {@code again} is whether it was tried before. */
    void run(boolean again);
  }

  /**
   * Creates it.
   *
   * @param limit how long an outage is waited out; zero: for ever
   */
  public Perseverance(Duration limit, InstantSource clock) {
    this.limit = limit;
    this.clock = clock;
  }

  /**
   * Does work, until it is done.
   *
   * @param what is done, for messages
   * @throws OutageException when it takes longer than the limit
   * @throws RuntimeException whatever no retry cures
   */
  public void until(String what, Work work) {
    Instant since = null;
    Instant warned = Instant.MIN;
    for (int tries = 1; ; tries++) {
      try {
        work.run(tries > 1);
        over(what, since);
        return;
      } catch (RuntimeException e) {
        if (!isOutage(e)) {
          problem = null;
          throw e;
        }
        Instant now = clock.instant();
        since = since == null ? now : since;
        giveUp(what, e, since, now);
        problem =
            "%s waits since %s: %s (%d tries so far)".formatted(what, since, reason(e), tries);
        if (Duration.between(warned, now).compareTo(BETWEEN_WARNINGS) >= 0) {
          log.warn("{}", problem);
          warned = now;
        }
        pauseBefore(tries);
      }
    }
  }

  private void over(String what, @Nullable Instant since) {
    problem = null;
    if (since != null) {
      log.info(
          "{} is done, after an outage of {} s",
          what,
          Duration.between(since, clock.instant()).toSeconds());
    }
  }

  private void giveUp(String what, RuntimeException e, Instant since, Instant now) {
    Duration lasted = Duration.between(since, now);
    if (!limit.isZero() && lasted.compareTo(limit) >= 0) {
      throw new OutageException(
          "%s could not be published for %d s, which is student.limits.max-outage: %s. Nothing is lost: start the trainer again when broker and store are back, and it goes on from its last checkpoint"
              .formatted(what, lasted.toSeconds(), reason(e)),
          e);
    }
    Instant end = deadline;
    if (end != null && !now.isBefore(end)) {
      throw new OutageException(
          "%s could not be published before the trainer was to end: %s. No record is lost: the next start trains again what came after the checkpoint before"
              .formatted(what, e instanceof InterruptException ? "no answer came" : reason(e)),
          e);
    }
  }

  /** Whether it is one of those that pass. */
  private static boolean isOutage(RuntimeException e) {
    if (e instanceof CheckpointException) {
      return !(e.getCause() instanceof OnnxExportException);
    }
    return e instanceof KafkaException
        || e instanceof BrokerException
        || e instanceof UncheckedIOException;
  }

  private static String reason(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    Throwable cause = e.getCause();
    return cause == null || message.contains(String.valueOf(cause.getMessage()))
        ? message
        : message + ": " + cause.getMessage();
  }

  private void pauseBefore(int tries) {
    double longest =
        Math.min(
            (double) LONGEST_PAUSE.toMillis(),
            (double) FIRST_PAUSE.toMillis() * Math.pow(2, tries - 1.0));
    long end =
        System.nanoTime() + (long) (1e6 * longest * ThreadLocalRandom.current().nextDouble(0.5, 1));
    synchronized (pause) {
      boolean hurried = deadline != null;
      try {
        for (long left = end - System.nanoTime();
            left > 0 && hurried == (deadline != null);
            left = end - System.nanoTime()) {
          pause.wait(1 + left / 1_000_000);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        hurry();
      }
    }
  }

  /** The service is to end: an outage that is under way is waited out for some seconds only. */
  public void hurry() {
    if (deadline == null) {
      deadline = clock.instant().plus(HURRY);
    }
    synchronized (pause) {
      pause.notifyAll();
    }
  }

  /** Nothing is tried again. */
  public void endNow() {
    deadline = clock.instant();
    synchronized (pause) {
      pause.notifyAll();
    }
  }

  /** What is being waited for, in one line; empty when nothing is. */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }
}
