package io.streamdistill.kafka;

import io.streamdistill.config.ConfigException;
import io.streamdistill.exit.HasExitStatus;
import io.streamdistill.outage.Backoff;
import io.streamdistill.outage.OutageException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits at the start of a service for what is away, and says so; what no waiting cures ends it at
 * once. One thread waits, others may ask what for.
 */
public final class StartUp {

  private static final Logger log = LoggerFactory.getLogger(StartUp.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration BETWEEN_WARNINGS = Duration.ofSeconds(10);
  private static final long LOOK_MILLIS = 20;

  private final KafkaSettings kafka;
  private final Limit limit;
  private final Predicate<RuntimeException> alsoAway;
  private final BooleanSupplier stopping;
  private volatile @Nullable String problem;

  /**
   * How long is waited.
   *
   * @param maxOutage at most; 0 for ever
   * @param key that the user sets it with, for messages
   */
  public record Limit(Duration maxOutage, String key) {}

  /**
   * Prepares a start.
   *
   * @param kafka that is waited for
   * @param alsoAway whether a failure is of something else that may be there in a moment
   * @param stopping whether nobody wants the service any more
   */
  public StartUp(
      KafkaSettings kafka,
      Limit limit,
      Predicate<RuntimeException> alsoAway,
      BooleanSupplier stopping) {
    this.kafka = kafka;
    this.limit = limit;
    this.alsoAway = alsoAway;
    this.stopping = stopping;
  }

  /**
   * Tries until it works.
   *
   * @throws OutageException when it takes longer than it may, or nobody waits any more
   * @throws ConfigException when Kafka refuses, or its settings cannot be used
   */
  public <T> T await(Supplier<T> attempt) {
    long start = System.nanoTime();
    Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, ThreadLocalRandom.current());
    Duration nextWarning = Duration.ZERO;
    while (true) {
      try {
        T done = attempt.get();
        if (problem != null) {
          problem = null;
          log.info("What was waited for is there");
        }
        return done;
      } catch (RuntimeException e) {
        requireCurable(e);
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        String now = "%s; waited for %d s so far".formatted(described(e), waited.toSeconds());
        problem = now;
        if (!limit.maxOutage().isZero() && waited.compareTo(limit.maxOutage()) >= 0) {
          throw new OutageException("%s, longer than %s allows".formatted(now, limit.key()), e);
        }
        if (waited.compareTo(nextWarning) >= 0) {
          log.warn("{}; it is tried again, for as long as it takes", now);
          nextWarning = waited.plus(BETWEEN_WARNINGS);
        }
        pause(backoff.next(), e);
      }
    }
  }

  /** What Kafka says no to, it says no to again. */
  private void requireCurable(RuntimeException failure) {
    boolean away = isKafkas(failure) || alsoAway.test(failure);
    if (!away && failure instanceof HasExitStatus) { // it has said what it is
      throw failure;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof AuthenticationException
          || cause instanceof AuthorizationException
          || cause instanceof InvalidConfigurationException) {
        throw new ConfigException(
            "Kafka at %s refuses: %s; correct the kafka block, or grant what is missing"
                .formatted(kafka.bootstrapServers(), refusal(failure, cause)),
            failure);
      }
      if (cause instanceof org.apache.kafka.common.config.ConfigException
          && !isUnresolvable(cause)) {
        throw new ConfigException("the kafka block cannot be used: " + cause.getMessage(), failure);
      }
    }
    if (!away) {
      throw failure;
    }
  }

  /** Ours say what was asked for, and what is to be granted. */
  private static @Nullable String refusal(RuntimeException failure, Throwable cause) {
    return failure instanceof BrokerException ? failure.getMessage() : cause.getMessage();
  }

  private static boolean isKafkas(RuntimeException failure) {
    return failure instanceof BrokerException || failure instanceof KafkaException;
  }

  private static boolean isUnresolvable(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("No resolvable bootstrap urls");
  }

  private String described(RuntimeException failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    if (isUnresolvable(root)) {
      return "no host of kafka.bootstrap.servers (%s) has an address; check the names, if they worked before the name service"
          .formatted(kafka.bootstrapServers());
    }
    return failure instanceof KafkaException
        ? "Kafka at %s does not answer (%s); check kafka.bootstrap.servers if it never did"
            .formatted(kafka.bootstrapServers(), root.getMessage())
        : String.valueOf(failure.getMessage());
  }

  private void pause(Duration pause, RuntimeException failure) {
    long end = System.nanoTime() + pause.toNanos();
    while (System.nanoTime() < end) {
      if (stopping.getAsBoolean()) {
        throw new OutageException(
            "stopped before it could start: " + failure.getMessage(), failure);
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new OutageException("interrupted at the start: " + failure.getMessage(), failure);
      }
    }
  }

  /** What is waited for, in one line; empty when nothing is. From any thread. */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }
}
