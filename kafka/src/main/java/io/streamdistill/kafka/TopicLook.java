package io.streamdistill.kafka;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Asks Kafka what a topic is now. */
final class TopicLook {

  private final Admin admin;
  private final String servers;
  private final Clock clock;
  private final long deadline; // System.nanoTime()
  private final Duration patience;

  TopicLook(Admin admin, String servers, Clock clock, Duration patience) {
    this.admin = admin;
    this.servers = servers;
    this.clock = clock;
    this.patience = patience;
    this.deadline = System.nanoTime() + patience.toNanos();
  }

  /** Ids by name; {@link Uuid#ZERO_UUID} for those that do not exist. */
  Map<String, Uuid> ids(Collection<String> topics) {
    Map<String, Uuid> ids = new HashMap<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (topic, future) -> {
              try {
                ids.put(topic, get(future, "topic '" + topic + "'").topicId());
              } catch (BrokerException e) {
                requireMissing(e);
                ids.put(topic, Uuid.ZERO_UUID);
              }
            });
    return ids;
  }

  TopicSnapshot at(String topic) {
    try {
      return of(description(topic));
    } catch (BrokerException e) { // also when it is deleted between two questions
      requireMissing(e);
      return TopicSnapshot.missing(topic, clock.instant());
    }
  }

  private TopicSnapshot of(TopicDescription topic) {
    Map<TopicPartition, OffsetSpec> first = new HashMap<>();
    Map<TopicPartition, OffsetSpec> last = new HashMap<>();
    for (TopicPartitionInfo info : topic.partitions()) {
      TopicPartition partition = new TopicPartition(topic.name(), info.partition());
      first.put(partition, OffsetSpec.earliest());
      last.put(partition, OffsetSpec.latest());
    }
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    var beginnings = admin.listOffsets(first).all();
    var ends = admin.listOffsets(last).all();
    var configs = admin.describeConfigs(List.of(resource)).values().get(resource);
    return new TopicSnapshot(
        topic.name(),
        topic.topicId(),
        offsets(get(beginnings, "the beginnings of topic '" + topic.name() + "'")),
        offsets(get(ends, "the ends of topic '" + topic.name() + "'")),
        settings(topic.name(), Objects.requireNonNull(configs)),
        clock.instant());
  }

  private TopicDescription description(String topic) {
    KafkaFuture<TopicDescription> future =
        admin.describeTopics(List.of(topic)).topicNameValues().values().iterator().next();
    return get(future, "topic '" + topic + "'");
  }

  private static Map<Integer, Long> offsets(Map<TopicPartition, ListOffsetsResultInfo> found) {
    Map<Integer, Long> offsets = new HashMap<>();
    found.forEach((partition, info) -> offsets.put(partition.partition(), info.offset()));
    return offsets;
  }

  /** None where they may not be read. */
  private Map<String, String> settings(String topic, KafkaFuture<Config> future) {
    Map<String, String> settings = new HashMap<>();
    try {
      get(future, "the settings of topic '" + topic + "'")
          .entries()
          .forEach(
              entry -> {
                if (entry.value() != null) {
                  settings.put(entry.name(), entry.value());
                }
              });
    } catch (BrokerException e) {
      if (!(causeOf(e) instanceof AuthorizationException)) {
        throw e;
      }
    }
    return settings;
  }

  private static void requireMissing(BrokerException e) {
    if (!(causeOf(e) instanceof UnknownTopicOrPartitionException)) {
      throw e;
    }
  }

  private static Throwable causeOf(BrokerException e) {
    Throwable cause = e.getCause();
    return cause instanceof ExecutionException && cause.getCause() != null
        ? cause.getCause()
        : Objects.requireNonNullElse(cause, e);
  }

  private <T> T get(KafkaFuture<T> future, String what) {
    try {
      return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new BrokerException(
          "Kafka at %s does not tell %s: %s; check kafka.bootstrap.servers and the permissions"
              .formatted(servers, what, e.getCause()),
          e);
    } catch (TimeoutException e) {
      throw new BrokerException(
          "Kafka at %s did not tell %s within %d ms; check that it runs, kafka.bootstrap.servers and the network"
              .formatted(servers, what, patience.toMillis()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while asking Kafka for " + what, e);
    }
  }
}
