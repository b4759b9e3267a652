package io.streamdistill.cli.produce;

import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicSpec;
import io.streamdistill.core.kafka.Topics;
import io.streamdistill.core.kafka.TopicsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.TimeoutException;
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
   * @throws ProduceException when no broker answers in time, or refuses
   */
  int ensurePartitions() {
    Map<String, Object> properties = kafka.admin();
    int millis = Math.toIntExact(timeout.toMillis());
    properties.put("default.api.timeout.ms", millis);
    properties.put("request.timeout.ms", millis);
    try (Admin admin = Admin.create(properties)) {
      createIfMissing(admin);
      return partitions(admin);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProduceException("interrupted while asking for topic " + topics.transferSet(), e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof TimeoutException) {
        throw new ProduceException(
            "no broker answered at %s within %d s; start one, or set kafka.bootstrap.servers to a"
                    .formatted(kafka.bootstrapServers(), timeout.toSeconds())
                + " broker that runs",
            cause);
      }
      throw new ProduceException(
          "broker %s refused access to topic %s: %s; check the topic and the kafka settings"
              .formatted(kafka.bootstrapServers(), topics.transferSet(), cause.getMessage()),
          cause);
    }
  }

  private void createIfMissing(Admin admin) throws ExecutionException, InterruptedException {
    if (!admin.listTopics().names().get().contains(topics.transferSet())) {
      Topics.create(
          kafka,
          TopicSpec.all(topics, exampleBytes).stream()
              .filter(spec -> spec.name().equals(topics.transferSet()))
              .toList());
    }
  }

  private int partitions(Admin admin) throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      try {
        return admin
            .describeTopics(List.of(topics.transferSet()))
            .topicNameValues()
            .values()
            .iterator()
            .next()
            .get()
            .partitions()
            .size();
      } catch (ExecutionException e) { // a new topic takes a moment to reach every broker
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() > deadline) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }
}
