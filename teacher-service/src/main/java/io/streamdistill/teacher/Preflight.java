package io.streamdistill.teacher;

import static io.streamdistill.core.config.Require.require;

import io.streamdistill.core.config.ConfigException;
import io.streamdistill.core.kafka.BrokerException;
import io.streamdistill.core.kafka.TopicSnapshot;
import io.streamdistill.core.kafka.TopicSpec;
import io.streamdistill.core.kafka.TopicWatch;
import io.streamdistill.core.kafka.Topics;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.teacher.topology.OutputTerms;
import io.streamdistill.teacher.topology.TopicTerms;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private static final int PATIENCE_SECONDS = 10;

  private final Admin admin;
  private final String servers;
  private final TopicWatch watch;

  Preflight(Admin admin, String servers, TopicWatch watch) {
    this.admin = admin;
    this.servers = servers;
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
    for (Topics.Outcome outcome : Topics.compare(admin, servers, specs)) {
      outcome
          .differences()
          .forEach(difference -> log.warn("Topic '{}' {}", outcome.spec().name(), difference));
    }
  }

  private TopicSnapshot existing(String topic) {
    TopicSnapshot found = watch.look(topic);
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
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
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
