package io.streamdistill.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
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

/**
 * Finds and ends transactions that are open in a partition although their coordinator is done with
 * them, as a broker that died may leave them (KIP-664; KAFKA-19999 is near). Nobody who reads what
 * is committed gets past one.
 *
 * <p>One is told to hang only where that is certain: the coordinator has given the producer a later
 * epoch since, so no end of the earlier one will ever come, has no partition of the transaction to
 * end, and the partition has it open at a second look.
 *
 * <p>How it ended is another question. A coordinator forgets ends of commits as well as of aborts,
 * and an abort of a transaction that was committed loses its records for ever. Only while the
 * coordinator's last word is of the very transaction (the epoch after it), it is known.
 */
public final class HangingTransactions {

  /** States in which the coordinator is about to write ends of transactions. */
  private static final Set<TransactionState> ENDING =
      Set.of(
          TransactionState.PREPARE_ABORT,
          TransactionState.PREPARE_COMMIT,
          TransactionState.PREPARE_EPOCH_FENCE,
          TransactionState.UNKNOWN);

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** How a transaction ended, as its coordinator knows. */
  public enum Ending {
    /** To abort it in the partition loses nothing. */
    ABORTED,
    /** To abort it in the partition loses records that were committed. */
    COMMITTED,
    /** The coordinator has gone on: either of the two. */
    UNKNOWN
  }

  /**
   * A transaction that hangs.
   *
   * @param partition that it is open in
   * @param transactionalId of its producer
   * @param producer as the partition knows it
   * @param ending how its coordinator ended it
   */
  public record Hanging(
      TopicPartition partition, String transactionalId, ProducerState producer, Ending ending) {

    private boolean is(ProducerState other) {
      return other.producerId() == producer.producerId()
          && other.producerEpoch() == producer.producerEpoch()
          && other.currentTransactionStartOffset().equals(producer.currentTransactionStartOffset());
    }

    /** In words: where, whose, from which offset on, and since when at least. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s, from offset %d on: a transaction of '%s' (producer %d, epoch %d) that was last written to at %s; it was %s",
          partition,
          producer.currentTransactionStartOffset().orElse(-1),
          transactionalId,
          producer.producerId(),
          producer.producerEpoch(),
          Instant.ofEpochMilli(producer.lastTimestamp()),
          switch (ending) {
            case ABORTED -> "aborted";
            case COMMITTED -> "committed";
            case UNKNOWN -> "aborted or committed, which nobody knows any more";
          });
    }
  }

  private final Admin admin;
  private final KafkaSettings kafka;
  private final Duration timeout;

  /** Asks {@code admin}, which is a client of {@code kafka}. */
  public HangingTransactions(Admin admin, KafkaSettings kafka) {
    this(admin, kafka, TIMEOUT);
  }

  /** Waits {@code timeout} for each answer. */
  public HangingTransactions(Admin admin, KafkaSettings kafka, Duration timeout) {
    this.admin = admin;
    this.kafka = kafka;
    this.timeout = timeout;
  }

  /** Names of all topics, Kafka's own among them. */
  public Set<String> allTopics() {
    return get(
        admin.listTopics(new ListTopicsOptions().listInternal(true)).names(),
        "list topics",
        Access.of(kafka));
  }

  /**
   * Finds those that certainly hang.
   *
   * @param topics to look in; those that do not exist are passed over
   * @throws BrokerException when Kafka does not answer, or refuses
   */
  public List<Hanging> find(Collection<String> topics) {
    Map<TopicPartition, List<ProducerState>> open = open(topics);
    if (open.isEmpty()) {
      return List.of();
    }
    Map<Long, Coordinated> coordinated =
        coordinated(
            open.values().stream()
                .flatMap(List::stream)
                .map(ProducerState::producerId)
                .collect(Collectors.toSet()));
    List<Hanging> over = new ArrayList<>();
    open.forEach(
        (partition, producers) -> {
          for (ProducerState producer : producers) {
            Coordinated known = coordinated.get(producer.producerId());
            if (known != null && known.isOver(producer, partition)) {
              over.add(
                  new Hanging(
                      partition, known.transactionalId(), producer, known.ending(producer)));
            }
          }
        });
    return over.isEmpty() ? over : stillOpen(over);
  }

  /** Without those that ended between the look at their partition and that at the coordinator. */
  private List<Hanging> stillOpen(List<Hanging> over) {
    Map<TopicPartition, List<ProducerState>> now =
        open(over.stream().map(hanging -> hanging.partition().topic()).toList());
    return over.stream()
        .filter(
            hanging ->
                now.getOrDefault(hanging.partition(), List.of()).stream().anyMatch(hanging::is))
        .toList();
  }

  /** What a coordinator says of a producer. */
  private record Coordinated(String transactionalId, TransactionDescription now) {

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

  /** Producers with an open transaction, by partition. */
  private Map<TopicPartition, List<ProducerState>> open(Collection<String> topics) {
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

  private Map<Long, Coordinated> coordinated(Set<Long> producers) {
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

  /**
   * Aborts one that hangs, whatever its ending was: whoever read up to it goes on, and its records
   * are never read.
   *
   * @throws BrokerException when Kafka does not answer, or refuses
   */
  public void abort(Hanging hanging) {
    var unused =
        get(
            admin
                .abortTransaction(
                    new AbortTransactionSpec(
                        hanging.partition(),
                        hanging.producer().producerId(),
                        (short) hanging.producer().producerEpoch(),
                        hanging.producer().coordinatorEpoch().orElse(0)))
                .all(),
            "abort a transaction that hangs in " + hanging.partition(),
            Access.toCluster(kafka, "Alter"));
  }

  private <T> T get(KafkaFuture<T> future, String what, Access tried) {
    return KafkaAnswers.await(kafka, future, timeout, what, tried);
  }
}
