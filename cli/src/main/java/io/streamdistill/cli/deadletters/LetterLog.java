package io.streamdistill.cli.deadletters;

import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.KafkaAnswers;
import io.streamdistill.kafka.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The dead-letter topic, read from its beginning as often as is needed; joins no group. */
final class LetterLog implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  /** How long an answer, or the end of somebody's transaction, is waited for. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** The teacher's own transactions may be open at any time, so this is not waited for longer. */
  private static final Duration COMMIT_PATIENCE = Duration.ofSeconds(5);

  private static final Duration COMMIT_PAUSE = Duration.ofMillis(10);

  private final KafkaSettings kafka;
  private final String topic;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;

  LetterLog(KafkaSettings kafka, String topic) {
    this.kafka = kafka;
    this.topic = topic;
    this.consumer = explain(() -> connect("read_committed"));
    try {
      this.partitions = explain(this::findPartitions);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  private KafkaConsumer<byte[], byte[]> connect(String isolation) {
    Map<String, Object> properties = kafka.consumer();
    properties.put("isolation.level", isolation);
    properties.put("auto.offset.reset", "earliest"); // retention may pass the reader by
    properties.putIfAbsent("fetch.max.bytes", 16 << 20);
    properties.put("fetch.max.wait.ms", 25); // what is read is there already
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private List<TopicPartition> findPartitions() {
    List<TopicPartition> found = KafkaAnswers.partitions(kafka, consumer, topic, PATIENCE);
    if (found.isEmpty()) {
      throw new DeadLettersException(
          "topic %s does not exist on Kafka at %s; correct topics.dead-letters, or run 'distill topics create'"
              .formatted(topic, kafka.bootstrapServers()),
          null);
    }
    return found;
  }

  String topic() {
    return topic;
  }

  /** Ends of what is committed. */
  Map<TopicPartition, Long> ends() {
    return explain(() -> consumer.endOffsets(partitions));
  }

  /** Ends of what is written, also in transactions that are open; {@link #read} waits for those. */
  Map<TopicPartition, Long> writtenEnds() {
    return explain(
        () -> {
          try (KafkaConsumer<byte[], byte[]> uncommitted = connect("read_uncommitted")) {
            return uncommitted.endOffsets(partitions);
          }
        });
  }

  /**
   * Waits a little until what is written up to {@code ends} can be read: a commit is told to be
   * done before it is in the log.
   */
  void awaitCommitted(Map<TopicPartition, Long> ends) {
    long begin = System.nanoTime();
    while (ends().entrySet().stream()
            .anyMatch(end -> end.getValue() < ends.getOrDefault(end.getKey(), 0L))
        && System.nanoTime() - begin < COMMIT_PATIENCE.toNanos()) {
      LockSupport.parkNanos(COMMIT_PAUSE.toNanos());
    }
  }

  /** Hands over every committed record up to {@code ends}, exclusive, each partition in order. */
  void read(Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    explain(
        () -> {
          consumer.assign(ends.keySet());
          consumer.seekToBeginning(ends.keySet());
          readOn(ends, sink);
          return ends;
        });
  }

  private void readOn(
      Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    long movedAt = System.nanoTime();
    long before = -1;
    while (true) {
      long moved = 0;
      boolean done = true;
      for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
        long position = consumer.position(end.getKey());
        moved += position;
        done &= position >= end.getValue();
      }
      if (done) {
        return;
      }
      if (moved != before) {
        before = moved;
        movedAt = System.nanoTime();
      } else if (System.nanoTime() - movedAt > PATIENCE.toNanos()) {
        throw new DeadLettersException(
            "Kafka at %s has given nothing more of topic %s for %d s; does the broker run, or has a producer left a transaction open?"
                .formatted(kafka.bootstrapServers(), topic, PATIENCE.toSeconds()),
            null);
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        Long end = ends.get(new TopicPartition(topic, record.partition()));
        if (end != null && record.offset() < end) {
          sink.accept(record);
        }
      }
    }
  }

  /** The record at a place, if there is one. */
  Optional<Letter> at(Place place) {
    TopicPartition partition = new TopicPartition(topic, place.partition());
    Long end = ends().get(partition);
    if (end == null || place.offset() >= end) {
      return Optional.empty();
    }
    return explain(
        () -> {
          consumer.assign(List.of(partition));
          consumer.seek(partition, place.offset());
          while (consumer.position(partition) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
              return Optional.of(record)
                  .filter(found -> found.offset() == place.offset())
                  .map(Letter::of);
            }
          }
          return Optional.empty();
        });
  }

  /** Which letters were replayed, as far as {@code ends} goes. */
  Replayed replayed(Map<TopicPartition, Long> ends) {
    Replayed replayed = new Replayed();
    read(ends, replayed::accept);
    return replayed;
  }

  private <T> T explain(Supplier<T> call) {
    try {
      return call.get();
    } catch (KafkaException e) {
      throw new BrokerException(
          "Kafka at %s does not give the records of topic %s: %s; check kafka.bootstrap.servers and the permissions"
              .formatted(kafka.bootstrapServers(), topic, e.getMessage()),
          e);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
