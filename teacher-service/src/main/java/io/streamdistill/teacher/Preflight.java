package io.streamdistill.teacher;

import static io.streamdistill.core.config.Require.require;

import io.streamdistill.core.config.ConfigException;
import io.streamdistill.core.kafka.BrokerException;
import io.streamdistill.core.kafka.TopicsConfig;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must hold of the cluster before the service starts; every failure names its remedy. */
final class Preflight {

  /**
   * What was found.
   *
   * @param softTargetBytes {@code max.message.bytes} of the soft-target topic
   * @param deadLetterBytes {@code max.message.bytes} of the dead-letter topic
   */
  record Findings(int softTargetBytes, int deadLetterBytes) {}

  private static final Logger log = LoggerFactory.getLogger(Preflight.class);

  private static final String TRANSACTION_VERSION = "transaction.version";
  private static final int SOUND_TRANSACTIONS = 2;
  private static final int PATIENCE_SECONDS = 30;

  /** What a dead letter has more than its record: headers that say why and where. */
  private static final int DEAD_LETTER_GROWTH = 4096;

  private final Admin admin;
  private final String servers;

  Preflight(Admin admin, String servers) {
    this.admin = admin;
    this.servers = servers;
  }

  Findings check(TopicsConfig topics) {
    requireSoundTransactions();
    int partitions = partitions(topics.transferSet());
    int softTargetPartitions = partitions(topics.softTargets());
    partitions(topics.deadLetters());
    require(
        partitions == softTargetPartitions,
        "topics: '%s' has %s partitions and '%s' has %s; they must be equal, since every soft target"
            + " keeps its example's partition: add partitions to the one with fewer",
        topics.transferSet(),
        partitions,
        topics.softTargets(),
        softTargetPartitions);
    Map<String, Integer> maxBytes =
        maxMessageBytes(List.of(topics.transferSet(), topics.softTargets(), topics.deadLetters()));
    int transferSetBytes = maxBytes.getOrDefault(topics.transferSet(), 0);
    int deadLetterBytes = maxBytes.getOrDefault(topics.deadLetters(), 0);
    if (deadLetterBytes < transferSetBytes + DEAD_LETTER_GROWTH) {
      log.warn(
          "Topic '{}' takes records of {} bytes, '{}' of {}: dead letters that do not fit will go"
              + " without their value. Set max.message.bytes of '{}' to at least {}.",
          topics.deadLetters(),
          deadLetterBytes,
          topics.transferSet(),
          transferSetBytes,
          topics.deadLetters(),
          transferSetBytes + DEAD_LETTER_GROWTH);
    }
    return new Findings(maxBytes.getOrDefault(topics.softTargets(), 0), deadLetterBytes);
  }

  /** The old transaction protocol can lose and duplicate records (Jepsen, 2024; KIP-890). */
  private void requireSoundTransactions() {
    FinalizedVersionRange found =
        get(admin.describeFeatures().featureMetadata(), "its features")
            .finalizedFeatures()
            .get(TRANSACTION_VERSION);
    int level = found == null ? 0 : found.maxVersionLevel();
    require(
        level >= SOUND_TRANSACTIONS,
        "Kafka at %s has %s=%s, exactly-once needs %s; upgrade the brokers to Kafka 4.0 or later and run:"
            + " kafka-features.sh --bootstrap-server %s upgrade --feature %s=%s",
        servers,
        TRANSACTION_VERSION,
        level,
        SOUND_TRANSACTIONS,
        servers,
        TRANSACTION_VERSION,
        SOUND_TRANSACTIONS);
  }

  private int partitions(String topic) {
    Map<String, KafkaFuture<TopicDescription>> described =
        admin.describeTopics(List.of(topic)).topicNameValues();
    KafkaFuture<TopicDescription> description = described.values().iterator().next();
    return get(description, "topic '" + topic + "'").partitions().size();
  }

  private Map<String, Integer> maxMessageBytes(Collection<String> topics) {
    List<ConfigResource> resources =
        topics.stream().map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic)).toList();
    Map<ConfigResource, Config> configs =
        get(admin.describeConfigs(resources).all(), "the settings of topics " + topics);
    Map<String, Integer> bytes = new HashMap<>();
    configs.forEach(
        (resource, config) ->
            bytes.put(
                resource.name(),
                Integer.parseInt(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value())));
    return bytes;
  }

  private <T> T get(KafkaFuture<T> future, String what) {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new ConfigException(
            "%s does not exist at %s; create it, or correct the section topics"
                .formatted(what, servers),
            e);
      }
      throw new BrokerException(
          "Kafka at %s does not tell %s: %s; check kafka.bootstrap.servers and the permissions"
              .formatted(servers, what, e.getCause()),
          e);
    } catch (TimeoutException e) {
      throw new BrokerException(
          "Kafka at %s did not tell %s within %d s; check kafka.bootstrap.servers and the network"
              .formatted(servers, what, PATIENCE_SECONDS),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while asking Kafka for " + what, e);
    }
  }
}
