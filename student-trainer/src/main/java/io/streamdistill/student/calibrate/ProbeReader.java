package io.streamdistill.student.calibrate;

import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.target.TargetCodec;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.student.StudentException;
import io.streamdistill.wire.Codecs;
import io.streamdistill.wire.RecordCodec;
import io.streamdistill.wire.WireException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads the newest soft targets of a topic as probe examples; labels are not looked at. */
final class ProbeReader {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final int EMPTY_POLLS = 10; // in a row, before what is there is taken for all

  private final KafkaSettings kafka;
  private final String topic;
  private final FeatureContract features;
  private final ClassMap classes;
  private final RecordCodec<SoftTarget> codec = Codecs.softTarget();

  ProbeReader(KafkaSettings kafka, String topic, FeatureContract features, ClassMap classes) {
    this.kafka = kafka;
    this.topic = topic;
    this.features = features;
    this.classes = classes;
  }

  String topic() {
    return topic;
  }

  /**
   * Reads.
   *
   * @param most how many of the newest records, spread over the partitions
   * @throws StudentException when the topic has no fit soft target
   */
  Probe read(int most) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.multiplyExact(most, features.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    double[] mean = new double[classes.count()];
    int count = 0;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Map<TopicPartition, Long> ends = seekToNewest(consumer, most);
      int empty = 0;
      while (count < most && empty < EMPTY_POLLS && isBefore(consumer, ends)) {
        var records = consumer.poll(POLL);
        empty = records.isEmpty() ? empty + 1 : 0;
        for (ConsumerRecord<byte[], byte[]> record : records) {
          double[] prediction = count < most ? prediction(record, bytes) : null;
          if (prediction != null) {
            count++;
            for (int k = 0; k < mean.length; k++) {
              mean[k] += prediction[k];
            }
          }
        }
      }
    }
    if (count == 0) {
      throw new StudentException(
          "topic %s has no soft target to correct biases on; feed it, or set student.bias-correction.probe-topic"
              .formatted(topic));
    }
    for (int k = 0; k < mean.length; k++) {
      mean[k] /= count;
    }
    return new Probe(bytes.flip(), count, mean);
  }

  private Map<TopicPartition, Long> seekToNewest(KafkaConsumer<byte[], byte[]> consumer, int most) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    // Markers of transactions take offsets, too: some records more than asked for.
    long each = 1L * most / partitions.size() * 11 / 10 + 100;
    ends.forEach(
        (partition, end) ->
            consumer.seek(partition, Math.max(beginnings.getOrDefault(partition, 0L), end - each)));
    return ends;
  }

  private static boolean isBefore(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
  }

  /** Appends the features, and returns the teacher's prediction at T = 1; null when not fit. */
  private double @Nullable [] prediction(ConsumerRecord<byte[], byte[]> record, ByteBuffer bytes) {
    if (record.value() == null) {
      return null;
    }
    SoftTarget target;
    try {
      target = codec.decode(record.value());
    } catch (WireException e) {
      return null; // the trainer of that topic reports it
    }
    double[] prediction = new double[classes.count()];
    if (target.getFeatureType() != features.type()
        || target.getFeatures().remaining() != features.bytes()
        || !target.getClassMapHash().equals(classes.hash())
        || !TargetCodec.decode(target.getEncoding(), target.getTargets(), prediction)) {
      return null;
    }
    TargetCodec.retemper(prediction, target.getTemperature(), 1);
    for (int k = 0; k < prediction.length; k++) {
      prediction[k] = Math.exp(prediction[k]);
    }
    bytes.put(target.getFeatures().duplicate());
    return prediction;
  }
}
