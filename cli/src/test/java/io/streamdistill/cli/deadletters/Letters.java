package io.streamdistill.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streamdistill.kafka.DeadLetter;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.avro.AvroRecords;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Topics of one test, and the records on them. */
final class Letters implements AutoCloseable {

  static final Instant TIME = Instant.parse("2026-01-31T12:00:00Z");
  static final int PARTITIONS = 2;

  final KafkaSettings kafka;
  final TopicsConfig topics;
  private final KafkaProducer<byte[], byte[]> producer;

  Letters(String servers, String test, Map<String, String> transferSetSettings) throws Exception {
    kafka = KafkaSettings.of(servers);
    topics = TopicsConfig.named(name -> test + "-" + name, PARTITIONS, (short) 1);
    try (Admin admin = Admin.create(kafka.admin())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topics.transferSet(), PARTITIONS, (short) 1)
                      .configs(transferSetSettings),
                  new NewTopic(topics.deadLetters(), PARTITIONS, (short) 1)))
          .all()
          .get();
    }
    producer =
        new KafkaProducer<>(kafka.producer(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  static byte[] example(String id, int features) {
    return new AvroRecords()
        .encode(
            new Example(id, ByteBuffer.allocate(features), FeatureType.U8, 3, 1f, Instant.EPOCH));
  }

  /** The dead letter of a record in partition {@code offset mod 2} of the transfer set. */
  ProducerRecord<byte[], byte[]> letter(Reason reason, long offset) {
    return letter(topics.transferSet(), reason, offset, example("e" + offset, 3));
  }

  ProducerRecord<byte[], byte[]> letter(String from, Reason reason, long offset, byte[] value) {
    int partition = (int) (offset % PARTITIONS);
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            from,
            partition,
            offset,
            TIME.plusSeconds(offset).toEpochMilli(),
            TimestampType.CREATE_TIME,
            -1,
            -1,
            ("k" + offset).getBytes(UTF_8),
            value,
            new RecordHeaders().add("trace", ("t" + offset).getBytes(UTF_8)),
            Optional.empty());
    ProducerRecord<byte[], byte[]> letter =
        DeadLetter.of(topics.deadLetters(), record, reason, "detail of " + offset, "teacher-a");
    return new ProducerRecord<>(
        topics.deadLetters(),
        partition,
        letter.timestamp(),
        letter.key(),
        letter.value(),
        letter.headers());
  }

  void send(ProducerRecord<byte[], byte[]> record) throws Exception {
    producer.send(record).get();
  }

  void sendLetters(Reason reason, int from, int to) {
    for (int offset = from; offset < to; offset++) {
      var unused = producer.send(letter(reason, offset)); // of which flush waits for the end
    }
    producer.flush();
  }

  /**
   * Every committed record of a topic, and of the transactions whose commit has begun: one that was
   * told to be done may not be in the log yet.
   */
  List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    List<TopicPartition> partitions =
        List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = writtenEnds(partitions);
      while (partitions.stream()
          .anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private Map<TopicPartition, Long> writtenEnds(List<TopicPartition> partitions) {
    Map<String, Object> properties = kafka.consumer();
    properties.put("isolation.level", "read_uncommitted");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return consumer.endOffsets(partitions);
    }
  }

  /** Keys of the committed records of the transfer set, sorted. */
  List<String> replayedKeys() {
    return read(topics.transferSet()).stream()
        .map(record -> new String(record.key(), UTF_8))
        .sorted()
        .toList();
  }

  static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(UTF_8));
  }

  @Override
  public void close() {
    producer.close();
  }
}
