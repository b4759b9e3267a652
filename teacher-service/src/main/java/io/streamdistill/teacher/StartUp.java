package io.streamdistill.teacher;

import io.streamdistill.config.ConfigException;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.outage.OutageException;
import io.streamdistill.records.Task;
import io.streamdistill.teacher.engine.EngineWatch;
import io.streamdistill.teacher.engine.Opening;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherUnavailableException;
import io.streamdistill.teacher.topology.OutputTerms;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries the models and waits for Kafka at the start, and says so; what no waiting cures ends it at
 * once.
 */
final class StartUp {

  private static final Logger log = LoggerFactory.getLogger(StartUp.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final int ATTEMPT_MILLIS = 5000;

  private final KafkaSettings kafka;
  private final Duration maxOutage;
  private final BooleanSupplier stopping;
  private volatile @Nullable String waitingFor;
  private volatile @Nullable Opening opening;

  /**
   * Prepares the start.
   *
   * @param maxOutage how long to wait for Kafka; 0 for ever
   * @param stopping whether nobody wants the service any more
   */
  StartUp(KafkaSettings kafka, Duration maxOutage, BooleanSupplier stopping) {
    this.kafka = kafka;
    this.maxOutage = maxOutage;
    this.stopping = stopping;
  }

  /** Waits, and checks the cluster. */
  OutputTerms check(TopicsConfig topics, long maxRecordBytes, TopicWatch watch) {
    return await(
        () -> {
          try (Admin admin = Admin.create(impatient())) {
            return new Preflight(admin, kafka, watch).check(topics, maxRecordBytes);
          }
        });
  }

  /**
   * Loads the models and tries them; says what takes long.
   *
   * @throws io.streamdistill.teacher.engine.HungException when one hangs
   */
  Teacher models(TeacherConfig config, Task task, EngineWatch engine) {
    Opening now = new Opening(config.limits().hangAfter(), System::nanoTime);
    opening = now;
    return await(() -> now.run(engine, () -> Engines.open(config, task, now)));
  }

  /** A watch; its client needs host names that resolve. */
  TopicWatch watch(TopicsConfig topics, Duration patience) {
    List<String> all = List.of(topics.transferSet(), topics.softTargets(), topics.deadLetters());
    return await(() -> TopicWatch.open(kafka, all, patience, Clock.systemUTC()));
  }

  private Map<String, Object> impatient() {
    Map<String, Object> settings = kafka.admin();
    settings.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ATTEMPT_MILLIS);
    settings.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ATTEMPT_MILLIS);
    return settings;
  }

  private interface Attempt<T> {
    T get();
  }

  private <T> T await(Attempt<T> attempt) {
    long start = System.nanoTime();
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        T found = attempt.get();
        if (waitingFor != null) {
          log.info("Kafka at {} answers", kafka.bootstrapServers());
          waitingFor = null;
        }
        return found;
      } catch (BrokerException | KafkaException | TeacherUnavailableException e) {
        requireCurable(e);
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        waitingFor = described(e, waited);
        if (!maxOutage.isZero() && waited.compareTo(maxOutage) > 0) {
          throw new OutageException(
              waitingFor + "; that is longer than teacher.limits.max-outage allows", e);
        }
        log.warn("{}; it is tried again, for as long as it takes", waitingFor);
        sleep(pause);
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
      }
    }
  }

  /** What Kafka says no to, it says no to again. */
  private void requireCurable(RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof AuthenticationException
          || cause instanceof AuthorizationException
          || cause instanceof InvalidConfigurationException) {
        throw new ConfigException(
            "Kafka at %s refuses: %s; correct the kafka block, or grant what is missing"
                .formatted(kafka.bootstrapServers(), cause.getMessage()),
            failure);
      }
      if (cause instanceof org.apache.kafka.common.config.ConfigException
          && !isUnresolvable(cause)) {
        throw new ConfigException(
            "the kafka block cannot be used: %s".formatted(cause.getMessage()), failure);
      }
    }
  }

  private static boolean isUnresolvable(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("No resolvable bootstrap urls");
  }

  private String described(RuntimeException failure, Duration waited) {
    if (failure instanceof TeacherUnavailableException) {
      return "the teacher cannot be opened, after %d s: %s"
          .formatted(waited.toSeconds(), failure.getMessage());
    }
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return isUnresolvable(root)
        ? "no host of kafka.bootstrap.servers (%s) has an address, after %d s; check the names, if they worked before the name service"
            .formatted(kafka.bootstrapServers(), waited.toSeconds())
        : "Kafka at %s does not answer, after %d s (%s); check kafka.bootstrap.servers if it never did"
            .formatted(kafka.bootstrapServers(), waited.toSeconds(), root.getMessage());
  }

  private void sleep(Duration pause) {
    long millis = pause.toMillis();
    long end =
        System.nanoTime()
            + Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1))
                .toNanos();
    while (System.nanoTime() < end) {
      if (stopping.getAsBoolean()) {
        throw new BrokerException("stopped while waiting for Kafka", null);
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BrokerException("interrupted while waiting for Kafka", e);
      }
    }
  }

  /** What the start waits for, in one line. */
  Optional<String> problem() {
    Opening models = opening;
    return Optional.ofNullable(waitingFor)
        .or(() -> models == null ? Optional.empty() : models.problem());
  }
}
