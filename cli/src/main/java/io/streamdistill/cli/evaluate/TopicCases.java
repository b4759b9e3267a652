package io.streamdistill.cli.evaluate;

import io.streamdistill.kafka.Access;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.KafkaAnswers;
import io.streamdistill.kafka.KafkaFailure;
import io.streamdistill.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The newest records of a topic, soft targets or examples of a transfer set. */
final class TopicCases implements Cases {

  /** Reads all there is. */
  static final long ALL = Long.MAX_VALUE;

  private static final Duration POLL = Duration.ofMillis(200);
  private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final int API_MILLIS = 15_000;

  private final KafkaSettings kafka;
  private final String topic;
  private final long newest;
  private final CaseDecoder decoder;

  /**
   * Creates them; nothing connects yet.
   *
   * @param newest records, in all partitions together, or {@link #ALL}
   */
  TopicCases(KafkaSettings kafka, String topic, long newest, CaseDecoder decoder) {
    this.kafka = kafka;
    this.topic = topic;
    this.newest = newest;
    this.decoder = decoder;
  }

  @Override
  public void forEach(Consumer<Case> sink) {
    Map<String, Object> properties = kafka.consumer();
    properties.put("default.api.timeout.ms", API_MILLIS);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = partitions(consumer);
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends =
          new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
      ends.putAll(consumer.endOffsets(partitions));
      long total =
          ends.values().stream().mapToLong(Long::longValue).sum()
              - begins.values().stream().mapToLong(Long::longValue).sum();
      long given = 0;
      for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
        long begin = begins.getOrDefault(end.getKey(), 0L);
        long size = end.getValue() - begin;
        // Each partition gives as much of the newest as it has of all.
        long share =
            newest >= total
                ? size
                : Math.min(newest - given, (long) Math.ceil((double) newest * size / total));
        new Partition(consumer, end.getKey(), begin, end.getValue(), sink).read(share);
        given += share;
      }
    } catch (TimeoutException e) {
      throw new BrokerException(
          "Kafka at %s does not give the records of topic %s in time: %s"
              .formatted(kafka.bootstrapServers(), topic, KafkaAnswers.whoIsThere(kafka)),
          e);
    } catch (KafkaException e) {
      throw new BrokerException(
          "Kafka at %s does not give the records of topic %s: %s"
              .formatted(
                  kafka.bootstrapServers(),
                  topic,
                  KafkaFailure.describe(e, Access.toTopic(kafka, "Read", topic))),
          e);
    }
  }

  private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
    List<TopicPartition> found =
        KafkaAnswers.partitions(kafka, consumer, topic, Duration.ofMillis(API_MILLIS));
    if (found.isEmpty()) {
      throw new EvaluationException(
          "topic %s does not exist on Kafka at %s; correct --topic, or section topics of the configuration"
              .formatted(topic, kafka.bootstrapServers()));
    }
    return found;
  }

  @Override
  public Map<String, Long> leftOut() {
    return decoder.leftOut();
  }

  @Override
  public String source() {
    return "topic %s at %s".formatted(topic, kafka.bootstrapServers());
  }

  @Override
  public Map<String, Long> teacherVersions() {
    return decoder.teacherVersions();
  }

  /** One partition, from {@code begin} to {@code end}, exclusive. */
  private final class Partition {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final long begin;
    private final long end;
    private final Consumer<Case> sink;

    Partition(
        KafkaConsumer<byte[], byte[]> consumer,
        TopicPartition partition,
        long begin,
        long end,
        Consumer<Case> sink) {
      this.consumer = consumer;
      this.partition = partition;
      this.begin = begin;
      this.end = end;
      this.sink = sink;
      consumer.assign(List.of(partition));
    }

    void read(long share) {
      if (share >= end - begin) {
        read(begin, record -> decoder.decode(record, sink));
        return;
      }
      // Ends of transactions take offsets, too: how far back N records lie is found by trying.
      long window = share + share / 5 + 100;
      Deque<ConsumerRecord<byte[], byte[]>> last = new ArrayDeque<>();
      while (true) {
        last.clear();
        long start = Math.max(begin, end - window);
        read(
            start,
            record -> {
              last.add(record);
              if (last.size() > share) {
                last.remove();
              }
            });
        if (last.size() >= share || start == begin) {
          break;
        }
        window *= 4;
      }
      last.forEach(record -> decoder.decode(record, sink));
    }

    private void read(long from, Consumer<ConsumerRecord<byte[], byte[]>> records) {
      consumer.seek(partition, from);
      long position = from;
      long movedAt = System.nanoTime();
      while (position < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.offset() < end) {
            records.accept(record);
          }
        }
        long now = consumer.position(partition);
        if (now != position) {
          position = now;
          movedAt = System.nanoTime();
        } else if (System.nanoTime() - movedAt > PATIENCE_NANOS) {
          throw new EvaluationException(
              "Kafka at %s has given nothing of %s behind offset %d for 30 s; check the broker, and try again"
                  .formatted(kafka.bootstrapServers(), partition, position));
        }
      }
    }
  }
}
