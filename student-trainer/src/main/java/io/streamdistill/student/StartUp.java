package io.streamdistill.student;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.config.ConfigException;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.Outage;
import io.streamdistill.outage.OutageException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for broker and store at the start, and says so; what no waiting cures ends it at once. */
final class StartUp {

  private static final Logger log = LoggerFactory.getLogger(StartUp.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration BETWEEN_WARNINGS = Duration.ofSeconds(30);

  private final Duration maxOutage;
  private final InstantSource clock;
  private volatile @Nullable String problem;

  /**
   * Prepares the start.
   *
   * @param maxOutage how long is waited; zero: for ever
   */
  StartUp(Duration maxOutage, InstantSource clock) {
    this.maxOutage = maxOutage;
    this.clock = clock;
  }

  /**
   * Tries until it works.
   *
   * @param stopping ends the wait
   * @throws OutageException when it takes longer than it may, or the wait was ended
   */
  <T> T await(Supplier<T> attempt, BooleanSupplier stopping) {
    Instant start = clock.instant();
    Instant warned = Instant.MIN;
    for (int tries = 1; ; tries++) {
      try {
        T done = attempt.get();
        problem = null;
        return done;
      } catch (BrokerException | KafkaException | CheckpointException e) {
        requireCurable(e);
        Instant now = clock.instant();
        Duration waited = Duration.between(start, now);
        problem = "waits since %s: %s".formatted(start, e.getMessage());
        if (!maxOutage.isZero() && waited.compareTo(maxOutage) >= 0) {
          throw new OutageException(
              "%s. It was waited for %d s, which is student.limits.max-outage"
                  .formatted(e.getMessage(), waited.toSeconds()),
              e);
        }
        if (Duration.between(warned, now).compareTo(BETWEEN_WARNINGS) >= 0) {
          log.warn("{}; it is tried again for as long as it takes", problem);
          warned = now;
        }
        pause(tries, stopping);
        if (stopping.getAsBoolean()) {
          throw new OutageException("stopped before it could start: " + e.getMessage(), e);
        }
      }
    }
  }

  /** What Kafka says no to, it says no to again. */
  private static void requireCurable(RuntimeException failure) {
    boolean retriable = !(failure instanceof CheckpointException);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof AuthenticationException || cause instanceof AuthorizationException) {
        throw new ConfigException(
            "Kafka refuses: %s; correct the kafka block, or grant what is missing"
                .formatted(failure.getMessage()),
            failure);
      }
      if (cause instanceof org.apache.kafka.common.config.ConfigException
          && !String.valueOf(cause.getMessage()).contains("No resolvable bootstrap urls")) {
        throw new ConfigException("the kafka block cannot be used: " + cause.getMessage(), failure);
      }
      retriable |= cause instanceof UnreachableException || Outage.isBehind(cause);
    }
    if (!retriable) {
      throw failure;
    }
  }

  private static void pause(int tries, BooleanSupplier stopping) {
    double longest =
        Math.min(
            (double) LONGEST_PAUSE.toMillis(),
            (double) FIRST_PAUSE.toMillis() * Math.pow(2, tries - 1.0));
    long end =
        System.nanoTime() + (long) (1e6 * longest * ThreadLocalRandom.current().nextDouble(0.5, 1));
    try {
      while (System.nanoTime() < end && !stopping.getAsBoolean()) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StudentException("interrupted while waiting for Kafka", e);
    }
  }

  /** What is waited for, in one line; empty when nothing is. From any thread. */
  Optional<String> problem() {
    return Optional.ofNullable(problem);
  }
}
