package io.streamdistill.teacher;

import static io.streamdistill.config.Require.require;

import io.streamdistill.config.ConfigException;
import io.streamdistill.kafka.Access;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.KafkaAnswers;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.NewTopics;
import io.streamdistill.kafka.TopicSnapshot;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.teacher.topology.OutputTerms;
import io.streamdistill.teacher.topology.TopicTerms;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.KafkaFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must hold of the cluster before the service starts; every failure names its remedy. */
final class Preflight {

  private static final Logger log = LoggerFactory.getLogger(Preflight.class);

  private static final String TRANSACTION_VERSION = "transaction.version";
  private static final int SOUND_TRANSACTIONS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Admin admin;
  private final KafkaSettings kafka;
  private final String servers;
  private final TopicWatch watch;

  Preflight(Admin admin, KafkaSettings kafka, TopicWatch watch) {
    this.admin = admin;
    this.kafka = kafka;
    this.servers = kafka.bootstrapServers();
    this.watch = watch;
  }

  /**
   * Checks the cluster.
   *
   * @param maxRecordBytes largest value in the transfer set
   * @return what the topics that are written to take
   * @throws ConfigException when configuration and cluster do not go together
   * @throws BrokerException when Kafka does not answer, or refuses
   */
  OutputTerms check(TopicsConfig topics, long maxRecordBytes) {
    requireSoundTransactions();
    TopicSnapshot transferSet = existing(topics.transferSet());
    TopicSnapshot softTargets = existing(topics.softTargets());
    TopicSnapshot deadLetters = existing(topics.deadLetters());
    require(
        transferSet.partitions() == softTargets.partitions(),
        "topics: '%s' has %s partitions and '%s' has %s; they must be equal, since every soft target"
            + " keeps its example's partition: add partitions to the one with fewer",
        topics.transferSet(),
        transferSet.partitions(),
        topics.softTargets(),
        softTargets.partitions());
    warn(topics, maxRecordBytes);
    return new OutputTerms(TopicTerms.of(softTargets), TopicTerms.of(deadLetters));
  }

  /** What can work, but not as it should. */
  private void warn(TopicsConfig topics, long maxRecordBytes) {
    Set<String> used = Set.of(topics.transferSet(), topics.softTargets(), topics.deadLetters());
    List<TopicSpec> specs =
        TopicSpec.all(topics, maxRecordBytes).stream()
            .filter(spec -> used.contains(spec.name()))
            .toList();
    for (Topics.Outcome outcome : Topics.compare(admin, kafka, specs)) {
      outcome
          .differences()
          .forEach(difference -> log.warn("Topic '{}' {}", outcome.spec().name(), difference));
    }
  }

  private TopicSnapshot existing(String topic) {
    TopicSnapshot found = NewTopics.await(() -> watch.look(topic), look -> !look.exists());
    require(
        found.exists(),
        "topic '%s' does not exist at %s; create it, with 'distill topics create', or correct the section topics",
        topic,
        servers);
    return found;
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

  private <T> T get(KafkaFuture<T> future, String what) {
    return KafkaAnswers.await(kafka, future, PATIENCE, "tell " + what, Access.of(kafka));
  }
}
