package io.streamdistill.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ProducerState;
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
  private final TransactionLook look;

  /** Asks {@code admin}, which is a client of {@code kafka}. */
  public HangingTransactions(Admin admin, KafkaSettings kafka) {
    this(admin, kafka, TIMEOUT);
  }

  /** Waits {@code timeout} for each answer. */
  public HangingTransactions(Admin admin, KafkaSettings kafka, Duration timeout) {
    this.admin = admin;
    this.kafka = kafka;
    this.timeout = timeout;
    this.look = new TransactionLook(admin, kafka, timeout);
  }

  /** Names of all topics, Kafka's own among them. */
  public Set<String> allTopics() {
    return look.allTopics();
  }

  /**
   * Finds those that certainly hang.
   *
   * @param topics to look in; those that do not exist are passed over
   * @throws BrokerException when Kafka does not answer, or refuses
   */
  public List<Hanging> find(Collection<String> topics) {
    Map<TopicPartition, List<ProducerState>> open = look.open(topics);
    if (open.isEmpty()) {
      return List.of();
    }
    Map<Long, TransactionLook.Coordinated> coordinated =
        look.coordinated(
            open.values().stream()
                .flatMap(List::stream)
                .map(ProducerState::producerId)
                .collect(Collectors.toSet()));
    List<Hanging> over = new ArrayList<>();
    open.forEach(
        (partition, producers) -> {
          for (ProducerState producer : producers) {
            TransactionLook.Coordinated known = coordinated.get(producer.producerId());
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
        look.open(over.stream().map(hanging -> hanging.partition().topic()).toList());
    return over.stream()
        .filter(
            hanging ->
                now.getOrDefault(hanging.partition(), List.of()).stream().anyMatch(hanging::is))
        .toList();
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
