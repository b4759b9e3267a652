package io.streamdistill.system;

import static java.util.stream.Collectors.toMap;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from its beginning, and keeps what it read. */
final class TopicRecording implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(10);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final String servers;
  private final List<TopicPartition> partitions;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

  TopicRecording(String servers, String topic, IsolationLevel isolation) {
    this.servers = servers;
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                servers,
                "isolation.level",
                isolation.toString().toLowerCase(Locale.ROOT)),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Reads what is committed. */
  static TopicRecording committed(String servers, String topic) {
    return new TopicRecording(servers, topic, IsolationLevel.READ_COMMITTED);
  }

  /** Everything on the topic, once no transaction on it is open. */
  static List<ConsumerRecord<byte[], byte[]>> all(String servers, String topic)
      throws ExecutionException, InterruptedException {
    try (TopicRecording reader = committed(servers, topic)) {
      return reader.toEnd();
    }
  }

  /** Reads on, for a moment at most; returns everything read so far. */
  List<ConsumerRecord<byte[], byte[]>> poll() {
    consumer.poll(POLL).forEach(records::add);
    return Collections.unmodifiableList(records);
  }

  /**
   * Reads up to the present end of the topic, and waits for transactions that are open before it.
   */
  List<ConsumerRecord<byte[], byte[]>> toEnd() throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> ends = ends();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!ends.equals(positions(ends))) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "read up to %s of %s within %s; is a transaction left open?"
                .formatted(positions(ends), ends, PATIENCE));
      }
      poll();
    }
    return Collections.unmodifiableList(records);
  }

  private Map<TopicPartition, Long> ends() throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      return admin
          .listOffsets(partitions.stream().collect(toMap(p -> p, p -> OffsetSpec.latest())))
          .all()
          .get()
          .entrySet()
          .stream()
          .collect(toMap(Map.Entry::getKey, end -> end.getValue().offset()));
    }
  }

  /** Positions, or the end where they are beyond it. */
  private Map<TopicPartition, Long> positions(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                end -> Math.min(end.getValue(), consumer.position(end.getKey()))));
  }

  @Override
  public void close() {
    consumer.close();
  }
}
