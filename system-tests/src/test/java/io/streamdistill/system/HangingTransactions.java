package io.streamdistill.system;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;

/**
 * Ends, as an operator does, transactions that a killed broker (Kafka 4.3.1, one node) has left
 * open in a partition although its coordinator has completed them. What comes behind one can be
 * read by nobody until then.
 */
final class HangingTransactions {

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(15);

  private final Supplier<String> servers;
  private Instant nextLook = Instant.now().plus(BETWEEN_LOOKS);
  private int aborted;

  HangingTransactions(Supplier<String> servers) {
    this.servers = servers;
  }

  /** Looks now and then, and aborts what certainly hangs. */
  void abort(String topic) throws Exception {
    if (Instant.now().isBefore(nextLook)) {
      return;
    }
    nextLook = Instant.now().plus(BETWEEN_LOOKS);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers.get()))) {
      int partitions =
          admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
              .mapToInt(found -> found.partitions().size())
              .sum();
      for (int partition = 0; partition < partitions; partition++) {
        TopicPartition place = new TopicPartition(topic, partition);
        for (ProducerState open :
            admin
                .describeProducers(List.of(place))
                .partitionResult(place)
                .get()
                .activeProducers()) {
          if (open.currentTransactionStartOffset().isPresent() && isComplete(admin, open)) {
            admin
                .abortTransaction(
                    new AbortTransactionSpec(
                        place,
                        open.producerId(),
                        (short) open.producerEpoch(),
                        open.coordinatorEpoch().orElse(0)))
                .all()
                .get();
            aborted++;
            System.out.printf("aborted a hanging transaction: %s, %s%n", place, open);
          }
        }
      }
    }
  }

  /** Whether the coordinator has gone on to a later epoch, and has nothing under way. */
  private static boolean isComplete(Admin admin, ProducerState open) throws Exception {
    for (TransactionListing one :
        admin
            .listTransactions(
                new ListTransactionsOptions().filterProducerIds(List.of(open.producerId())))
            .all()
            .get()) {
      TransactionDescription found =
          admin
              .describeTransactions(List.of(one.transactionalId()))
              .description(one.transactionalId())
              .get();
      boolean idle =
          found.state() == TransactionState.COMPLETE_ABORT
              || found.state() == TransactionState.COMPLETE_COMMIT;
      return idle
          && found.topicPartitions().isEmpty()
          && found.producerEpoch() > open.producerEpoch();
    }
    return false;
  }

  /** How many were aborted. */
  int aborted() {
    return aborted;
  }
}
