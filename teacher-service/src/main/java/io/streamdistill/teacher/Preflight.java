package io.streamdistill.teacher;

import static io.streamdistill.core.config.Require.require;

import io.streamdistill.core.config.ConfigException;
import io.streamdistill.core.kafka.Access;
import io.streamdistill.core.kafka.BrokerException;
import io.streamdistill.core.kafka.KafkaAnswers;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
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
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What a dead letter has more than its record: headers that say why and where. */
  private static final int DEAD_LETTER_GROWTH = 4096;

  private final Admin admin;
  private final KafkaSettings kafka;

  Preflight(Admin admin, KafkaSettings kafka) {
    this.admin = admin;
    this.kafka = kafka;
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
        get(admin.describeFeatures().featureMetadata(), "its features", Access.of(kafka))
            .finalizedFeatures()
            .get(TRANSACTION_VERSION);
    int level = found == null ? 0 : found.maxVersionLevel();
    require(
        level >= SOUND_TRANSACTIONS,
        "Kafka at %s has %s=%s, exactly-once needs %s; upgrade the brokers to Kafka 4.0 or later and run:"
            + " kafka-features.sh --bootstrap-server %s upgrade --feature %s=%s",
        kafka.bootstrapServers(),
        TRANSACTION_VERSION,
        level,
        SOUND_TRANSACTIONS,
        kafka.bootstrapServers(),
        TRANSACTION_VERSION,
        SOUND_TRANSACTIONS);
  }

  private int partitions(String topic) {
    Map<String, KafkaFuture<TopicDescription>> described =
        admin.describeTopics(List.of(topic)).topicNameValues();
    KafkaFuture<TopicDescription> description = described.values().iterator().next();
    return get(description, "topic '" + topic + "'", Access.toTopic(kafka, "Describe", topic))
        .partitions()
        .size();
  }

  private Map<String, Integer> maxMessageBytes(Collection<String> topics) {
    List<ConfigResource> resources =
        topics.stream().map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic)).toList();
    Map<ConfigResource, Config> configs =
        get(
            admin.describeConfigs(resources).all(),
            "the settings of topics " + topics,
            Access.toTopic(kafka, "DescribeConfigs", String.join(",", topics)));
    Map<String, Integer> bytes = new HashMap<>();
    configs.forEach(
        (resource, config) ->
            bytes.put(
                resource.name(),
                Integer.parseInt(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value())));
    return bytes;
  }

  private <T> T get(KafkaFuture<T> future, String what, Access tried) {
    try {
      return KafkaAnswers.await(kafka, future, PATIENCE, "tell " + what, tried);
    } catch (BrokerException e) {
      admin.close(Duration.ZERO); // requests that timed out are not waited for again
      if (e.getCause() instanceof ExecutionException failed
          && failed.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new ConfigException(
            "%s does not exist at %s; create the topics with 'distill topics create', or correct the section topics"
                .formatted(what, kafka.bootstrapServers()),
            e);
      }
      throw e;
    } catch (ConfigException e) {
      admin.close(Duration.ZERO);
      throw e;
    }
  }
}
