package io.streamdistill.cli.produce;

import io.streamdistill.kafka.Access;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.KafkaAnswers;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Finds the transfer-set topic, and creates it where it is missing. */
final class TransferSetTopic {

  private final KafkaSettings kafka;
  private final TopicsConfig topics;
  private final long exampleBytes;
  private final Duration timeout;

  TransferSetTopic(KafkaSettings kafka, TopicsConfig topics, long exampleBytes, Duration timeout) {
    this.kafka = kafka;
    this.topics = topics;
    this.exampleBytes = exampleBytes;
    this.timeout = timeout;
  }

  /**
   * Returns how many partitions the topic has.
   *
   * @throws BrokerException when no broker answers in time, or refuses
   */
  int ensurePartitions() {
    Map<String, Object> properties = kafka.admin();
    int millis = Math.toIntExact(timeout.toMillis());
    properties.put("default.api.timeout.ms", millis);
    properties.put("request.timeout.ms", millis);
    Admin admin = Admin.create(properties);
    try {
      createIfMissing(admin);
      return partitions(admin);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProduceException("interrupted while asking for topic " + topics.transferSet(), e);
    } finally {
      admin.close(Duration.ZERO); // requests that timed out are not waited for again
    }
  }

  private void createIfMissing(Admin admin) {
    Set<String> existing =
        KafkaAnswers.await(
            kafka, admin.listTopics().names(), timeout, "list topics", Access.of(kafka));
    if (!existing.contains(topics.transferSet())) {
      Topics.create(
          kafka,
          TopicSpec.all(topics, exampleBytes).stream()
              .filter(spec -> spec.name().equals(topics.transferSet()))
              .toList());
    }
  }

  private int partitions(Admin admin) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      try {
        return KafkaAnswers.await(
                kafka,
                admin
                    .describeTopics(List.of(topics.transferSet()))
                    .topicNameValues()
                    .values()
                    .iterator()
                    .next(),
                timeout,
                "describe topic '" + topics.transferSet() + "'",
                Access.toTopic(kafka, "Describe", topics.transferSet()))
            .partitions()
            .size();
      } catch (BrokerException e) { // a new topic takes a moment to reach every broker
        if (!(e.getCause() instanceof ExecutionException failed)
            || !(failed.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() > deadline) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }
}
