package io.streamdistill.kafka;

import io.streamdistill.config.ConfigException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Waits for answers of Kafka, and tells soon where none can ever come. */
public final class KafkaAnswers {

  /** After this, it is looked who is there; a broker at work answers sooner. */
  private static final Duration PROMPT = Duration.ofSeconds(2);

  /** For each look. */
  private static final Duration LOOK = Duration.ofSeconds(2);

  private KafkaAnswers() {}

  /**
   * Waits.
   *
   * @param what was asked: {@code list topics}
   * @param tried the access that it takes
   * @throws BrokerException when Kafka refuses, or does not answer in time
   * @throws ConfigException when these settings cannot reach a Kafka at all
   */
  public static <T> T await(
      KafkaSettings kafka, KafkaFuture<T> future, Duration timeout, String what, Access tried) {
    Duration prompt = timeout.compareTo(PROMPT) < 0 ? timeout : PROMPT;
    try {
      try {
        return future.get(prompt.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        requireMatch(kafka, what);
        return future.get(timeout.minus(prompt).toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException e) {
      throw refused(kafka, what, tried, e);
    } catch (TimeoutException e) {
      throw unanswered(kafka, what, timeout, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted before Kafka could " + what, e);
    }
  }

  /**
   * Calls a client that waits by itself.
   *
   * @param what is asked: {@code list topics}
   * @param call takes how long it may wait
   * @throws org.apache.kafka.common.errors.TimeoutException when there is no answer in time
   * @throws ConfigException when these settings cannot reach a Kafka at all
   */
  public static <T> T call(
      KafkaSettings kafka, Duration timeout, String what, Function<Duration, T> call) {
    if (timeout.compareTo(PROMPT) <= 0) {
      return call.apply(timeout);
    }
    try {
      return call.apply(PROMPT);
    } catch (org.apache.kafka.common.errors.TimeoutException e) {
      requireMatch(kafka, what);
      return call.apply(timeout.minus(PROMPT));
    }
  }

  /**
   * The partitions of a topic, asked of a consumer of its own thread.
   *
   * @return empty when the topic does not exist
   * @throws org.apache.kafka.common.errors.TimeoutException when there is no answer in time
   * @throws ConfigException when these settings cannot reach a Kafka at all
   */
  public static List<TopicPartition> partitions(
      KafkaSettings kafka, Consumer<?, ?> consumer, String topic, Duration timeout) {
    List<PartitionInfo> found =
        call(
            kafka,
            timeout,
            "describe topic '" + topic + "'",
            patience -> consumer.partitionsFor(topic, patience));
    return found == null
        ? List.of()
        : found.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }

  /** Refuses settings with which no answer will come, whatever the time. */
  private static void requireMatch(KafkaSettings kafka, String what) {
    BrokerProbe.mismatch(kafka, LOOK)
        .ifPresent(
            reason -> {
              throw new ConfigException(
                  "Kafka at %s cannot %s: %s".formatted(kafka.bootstrapServers(), what, reason));
            });
  }

  private static BrokerException refused(
      KafkaSettings kafka, String what, Access tried, ExecutionException failure) {
    if (failure.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
      return new BrokerException(
          "Kafka at %s did not %s in time: %s"
              .formatted(kafka.bootstrapServers(), what, whoIsThere(kafka)),
          failure);
    }
    return new BrokerException(
        "Kafka at %s did not %s: %s"
            .formatted(kafka.bootstrapServers(), what, KafkaFailure.describe(failure, tried)),
        failure);
  }

  private static BrokerException unanswered(
      KafkaSettings kafka, String what, Duration timeout, TimeoutException failure) {
    return new BrokerException(
        "Kafka at %s did not %s within %d s: %s"
            .formatted(kafka.bootstrapServers(), what, timeout.toSeconds(), whoIsThere(kafka)),
        failure);
  }

  /** What is found at the addresses of a Kafka that does not answer, and what to do. */
  public static String whoIsThere(KafkaSettings kafka) {
    return BrokerProbe.findings(kafka, LOOK)
        + "; check kafka.bootstrap.servers, and that the broker runs";
  }
}
