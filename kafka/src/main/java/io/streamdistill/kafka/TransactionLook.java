package io.streamdistill.kafka;

import io.streamdistill.kafka.HangingTransactions.Ending;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What partitions and coordinators say of transactions, at one moment. */
final class TransactionLook {

  /** States in which the coordinator is about to write ends of transactions. */
  private static final Set<TransactionState> ENDING =
      Set.of(
          TransactionState.PREPARE_ABORT,
          TransactionState.PREPARE_COMMIT,
          TransactionState.PREPARE_EPOCH_FENCE,
          TransactionState.UNKNOWN);

  private final Admin admin;
  private final KafkaSettings kafka;
  private final Duration timeout;

  TransactionLook(Admin admin, KafkaSettings kafka, Duration timeout) {
    this.admin = admin;
    this.kafka = kafka;
    this.timeout = timeout;
  }

  /** What a coordinator says of a producer. */
  record Coordinated(String transactionalId, TransactionDescription now) {

    boolean isOver(ProducerState producer, TopicPartition partition) {
      return !ENDING.contains(now.state())
          && now.producerId() == producer.producerId()
          && now.producerEpoch() > producer.producerEpoch()
          && !now.topicPartitions().contains(partition);
    }

    /** Each end of a transaction raises the epoch by one (transaction.version 2). */
    Ending ending(ProducerState producer) {
      if (now.producerEpoch() != producer.producerEpoch() + 1) {
        return Ending.UNKNOWN;
      }
      return switch (now.state()) {
        case COMPLETE_ABORT -> Ending.ABORTED;
        case COMPLETE_COMMIT -> Ending.COMMITTED;
        default -> Ending.UNKNOWN;
      };
    }
  }

  /** Names of all topics, Kafka's own among them. */
  Set<String> allTopics() {
    return get(
        admin.listTopics(new ListTopicsOptions().listInternal(true)).names(),
        "list topics",
        Access.of(kafka));
  }

  /** Producers with an open transaction, by partition. */
  Map<TopicPartition, List<ProducerState>> open(Collection<String> topics) {
    Set<String> existing = allTopics();
    List<String> wanted = topics.stream().filter(existing::contains).toList();
    Map<String, TopicDescription> described =
        get(admin.describeTopics(wanted).allTopicNames(), "describe topics", Access.of(kafka));
    List<TopicPartition> partitions =
        described.values().stream()
            .flatMap(
                topic ->
                    topic.partitions().stream()
                        .filter(info -> info.leader() != null)
                        .map(info -> new TopicPartition(topic.name(), info.partition())))
            .toList();
    Map<TopicPartition, PartitionProducerState> found =
        get(
            admin.describeProducers(partitions).all(),
            "describe the producers of topics",
            Access.toTopic(kafka, "Read", String.join(",", wanted)));
    Map<TopicPartition, List<ProducerState>> open =
        new TreeMap<>(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
    found.forEach(
        (partition, state) -> {
          List<ProducerState> inTransaction =
              state.activeProducers().stream()
                  .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                  .toList();
          if (!inTransaction.isEmpty()) {
            open.put(partition, inTransaction);
          }
        });
    return open;
  }

  Map<Long, Coordinated> coordinated(Set<Long> producers) {
    Collection<TransactionListing> listed =
        get(
            admin
                .listTransactions(new ListTransactionsOptions().filterProducerIds(producers))
                .all(),
            "list transactions",
            Access.of(kafka));
    List<String> ids = listed.stream().map(TransactionListing::transactionalId).toList();
    Map<String, TransactionDescription> described =
        get(admin.describeTransactions(ids).all(), "describe transactions", Access.of(kafka));
    Map<Long, Coordinated> coordinated = new HashMap<>();
    described.forEach(
        (id, description) ->
            coordinated.put(description.producerId(), new Coordinated(id, description)));
    return coordinated;
  }

  private <T> T get(KafkaFuture<T> future, String what, Access tried) {
    return KafkaAnswers.await(kafka, future, timeout, what, tried);
  }
}
