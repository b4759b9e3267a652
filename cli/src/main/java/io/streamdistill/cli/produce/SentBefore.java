package io.streamdistill.cli.produce;

import io.streamdistill.kafka.Access;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.KafkaAnswers;
import io.streamdistill.kafka.KafkaFailure;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.records.Example;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.avro.AvroRecords;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which examples were sent before: those whose id is in the transfer-set topic, and those that came
 * earlier in the same production. Ids that retention or compaction took from the topic are not
 * known any more, and whoever else sends at the same time is not seen.
 */
final class SentBefore {

  private static final Logger log = LoggerFactory.getLogger(SentBefore.class);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final @Nullable IdSet ids; // null: nobody asks
  private long met;

  private SentBefore(@Nullable IdSet ids) {
    this.ids = ids;
  }

  /** Every example is new. */
  static SentBefore nothing() {
    return new SentBefore(null);
  }

  /**
   * Reads the ids of a topic, from its beginning to what is its end now.
   *
   * @throws BrokerException when Kafka does not give them
   * @throws ProduceException when they are too many for the heap
   */
  static SentBefore read(KafkaSettings kafka, String topic) {
    IdSet ids = IdSet.forHeap();
    Map<String, Object> properties = kafka.consumer();
    properties.put("auto.offset.reset", "earliest"); // retention may run meanwhile
    properties.put("default.api.timeout.ms", Math.toIntExact(PATIENCE.toMillis()));
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = KafkaAnswers.partitions(kafka, consumer, topic, PATIENCE);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      readToEnd(consumer, consumer.endOffsets(partitions), ids, kafka);
    } catch (InterruptException e) {
      throw new ProduceException("interrupted while the ids of topic " + topic + " were read", e);
    } catch (KafkaException e) {
      throw new BrokerException(
          "Kafka at %s does not give the ids of topic %s: %s"
              .formatted(
                  kafka.bootstrapServers(),
                  topic,
                  KafkaFailure.describe(e, Access.toTopic(kafka, "Read", topic))),
          e);
    }
    log.info("{} ids are in topic {}; examples with one of them are left out", ids.size(), topic);
    return new SentBefore(ids);
  }

  private static void readToEnd(
      KafkaConsumer<byte[], byte[]> consumer,
      Map<TopicPartition, Long> ends,
      IdSet ids,
      KafkaSettings kafka) {
    AvroRecords wire = new AvroRecords();
    long position = -1;
    long movedAt = System.nanoTime();
    while (true) {
      long now = 0;
      boolean reached = true;
      for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
        long at = consumer.position(end.getKey());
        reached &= at >= end.getValue();
        now += at;
      }
      if (reached) {
        return;
      }
      if (now != position) {
        position = now;
        movedAt = System.nanoTime();
      } else if (System.nanoTime() - movedAt > PATIENCE.toNanos()) {
        throw new BrokerException(
            "Kafka at %s gave no more ids for %d s: %s"
                .formatted(
                    kafka.bootstrapServers(), PATIENCE.toSeconds(), KafkaAnswers.whoIsThere(kafka)),
            null);
      }
      consumer.poll(POLL).forEach(record -> id(wire, record).ifPresent(ids::add));
    }
  }

  /** The id that the pipeline knows the record by; that of a foreign record is its key at best. */
  private static Optional<String> id(AvroRecords wire, ConsumerRecord<byte[], byte[]> record) {
    if (wire.readExample(record.value()) instanceof Accepted<Example> accepted) {
      return Optional.of(accepted.value().id());
    }
    return Optional.ofNullable(record.key()).map(key -> new String(key, StandardCharsets.UTF_8));
  }

  /** Whether an example is to be sent; it counts as sent from now on. */
  boolean isNew(String id) {
    if (ids == null || ids.add(id)) {
      return true;
    }
    met++;
    return false;
  }

  /** Examples that were not new. */
  long met() {
    return met;
  }
}
