package io.streamdistill.checkpoints.log;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.kafka.KafkaAnswers;
import io.streamdistill.kafka.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads committed records of one topic up to a known end, in bounded time and memory. Belongs to no
 * consumer group. Not thread-safe.
 */
public final class TopicReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final KafkaSettings kafka;
  private final String topic;
  private final Duration timeout;

  private TopicReader(
      KafkaConsumer<byte[], byte[]> consumer, KafkaSettings kafka, String topic, Duration timeout) {
    this.consumer = consumer;
    this.kafka = kafka;
    this.topic = topic;
    this.timeout = timeout;
  }

  /** Opens a reader at the beginning of every partition. */
  public static TopicReader open(KafkaSettings kafka, String topic, Duration timeout) {
    TopicReader reader = connect(kafka, topic, timeout);
    try {
      List<TopicPartition> partitions = reader.partitions();
      reader.consumer.assign(partitions);
      reader.consumer.seekToBeginning(partitions);
      return reader;
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** Opens a reader at an offset of one partition. */
  public static TopicReader openAt(
      KafkaSettings kafka, TopicPartition partition, long offset, Duration timeout) {
    TopicReader reader = connect(kafka, partition.topic(), timeout);
    reader.consumer.assign(List.of(partition));
    reader.consumer.seek(partition, offset);
    return reader;
  }

  private static TopicReader connect(KafkaSettings kafka, String topic, Duration timeout) {
    Map<String, Object> properties = kafka.consumer();
    properties.put("auto.offset.reset", "none"); // every position is set; a lost one is an error
    properties.put("max.partition.fetch.bytes", 4 << 20);
    properties.put("fetch.max.bytes", 16 << 20);
    // What is read has been written already. A fetch beyond the end makes close() wait for its
    // answer.
    properties.put("fetch.max.wait.ms", 25);
    KafkaConsumer<byte[], byte[]> consumer =
        KafkaErrors.explain(
            kafka,
            timeout,
            () ->
                new KafkaConsumer<>(
                    properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    return new TopicReader(consumer, kafka, topic, timeout);
  }

  /** The partitions of the topic. */
  public List<TopicPartition> partitions() {
    List<TopicPartition> found =
        explain(() -> KafkaAnswers.partitions(kafka, consumer, topic, timeout));
    if (found.isEmpty()) {
      throw new CheckpointException(
          "topic '%s' does not exist on kafka at %s; create it, compacted (distill topics)"
              .formatted(topic, kafka.bootstrapServers()));
    }
    return found;
  }

  /**
   * Hands over every committed record from where the reader stands to the current end, and those
   * that come while it reads: every record once, however often this is called.
   */
  public void readToEnd(Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    Set<TopicPartition> partitions = consumer.assignment();
    Map<TopicPartition, Long> end = explain(() -> consumer.endOffsets(partitions, timeout));
    readUntil(end, sink);
  }

  /**
   * Hands over every committed record of what is written now. A transaction that is open, of
   * whichever producer, hides what was committed behind its beginning: its end is waited for.
   *
   * @throws CheckpointException when it is still open after {@code patience}
   */
  void readAllWritten(Duration patience, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    Map<TopicPartition, Long> end = writtenEnd(consumer.assignment());
    long start = System.nanoTime();
    while (!reached(positions(), end)) {
      explain(() -> consumer.poll(POLL)).forEach(sink);
      if (System.nanoTime() - start > patience.toNanos()) {
        Map<TopicPartition, Long> visible =
            explain(() -> consumer.endOffsets(consumer.assignment(), timeout));
        throw new CheckpointException(
            "topic '%s' has had an open transaction for %s s, which hides what follows %s; stop its producer, or wait for its transaction.timeout.ms, then start again"
                .formatted(topic, patience.toSeconds(), visible));
      }
    }
  }

  /** Ends of the partitions, open transactions included. */
  private Map<TopicPartition, Long> writtenEnd(Set<TopicPartition> partitions) {
    Map<String, Object> properties = kafka.consumer();
    properties.put("isolation.level", "read_uncommitted");
    try (KafkaConsumer<byte[], byte[]> uncommitted =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return explain(() -> uncommitted.endOffsets(partitions, timeout));
    }
  }

  /**
   * Hands over every committed record from where the reader stands to {@code end}, exclusive, and
   * what else it has been given by then: the next call goes on behind it.
   */
  public void readUntil(
      Map<TopicPartition, Long> end, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    long idleSince = System.nanoTime();
    Map<TopicPartition, Long> positions = positions();
    while (!reached(positions, end)) {
      explain(() -> consumer.poll(POLL)).forEach(sink);
      Map<TopicPartition, Long> now = positions();
      if (!now.equals(positions)) {
        idleSince = System.nanoTime();
        positions = now;
      } else if (System.nanoTime() - idleSince > timeout.toNanos()) {
        throw KafkaErrors.unreachable(kafka, timeout, null);
      }
    }
  }

  private Map<TopicPartition, Long> positions() {
    return explain(
        () ->
            consumer.assignment().stream()
                .collect(
                    Collectors.toMap(
                        partition -> partition,
                        partition -> consumer.position(partition, timeout))));
  }

  private static boolean reached(
      Map<TopicPartition, Long> positions, Map<TopicPartition, Long> end) {
    return end.entrySet().stream()
        .allMatch(stop -> positions.getOrDefault(stop.getKey(), 0L) >= stop.getValue());
  }

  private <T> T explain(Supplier<T> call) {
    return KafkaErrors.explain(kafka, timeout, call);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
