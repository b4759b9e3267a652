package io.streamdistill.cli.quickstart;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.records.Target;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.avro.AvroRecords;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Counts what is on the soft-target topic, as a committed reader sees it.
 *
 * @param ids distinct example ids
 * @param records records; more than {@code ids} would mean that something was scored twice
 */
record SoftTargetCount(long ids, long records) {

  static SoftTargetCount of(KafkaSettings kafka, String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      AvroRecords wire = new AvroRecords();
      Set<String> ids = new HashSet<>();
      long records = 0;
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (wire.readTarget(record.value()) instanceof Accepted<Target> accepted) {
            ids.add(accepted.value().example().id());
          }
          records++;
        }
      }
      return new SoftTargetCount(ids.size(), records);
    }
  }
}
