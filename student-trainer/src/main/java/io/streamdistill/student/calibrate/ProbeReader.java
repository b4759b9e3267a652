package io.streamdistill.student.calibrate;

import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.KafkaAnswers;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.records.Target;
import io.streamdistill.records.Task;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.avro.TargetReader;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.student.StudentException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads the newest soft targets of a topic as probe examples; labels are not used. */
final class ProbeReader {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int EMPTY_POLLS = 10; // in a row, before what is there is taken for all

  private final KafkaSettings kafka;
  private final String topic;
  private final Task task;

  ProbeReader(KafkaSettings kafka, String topic, Task task) {
    this.kafka = kafka;
    this.topic = topic;
    this.task = task;
  }

  String topic() {
    return topic;
  }

  /**
   * Reads.
   *
   * @param most how many of the newest records, spread over the partitions
   * @throws StudentException when the topic does not exist, or has no fit soft target
   * @throws BrokerException when Kafka does not answer, or refuses
   */
  Probe read(int most) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Map<TopicPartition, Long> ends = seekToNewest(consumer, most);
      Gathering gathering = new Gathering((int) Math.min(most, distance(consumer, ends)));
      int empty = 0;
      while (!gathering.isFull() && empty < EMPTY_POLLS && distance(consumer, ends) > 0) {
        var records = consumer.poll(POLL);
        empty = records.isEmpty() ? empty + 1 : 0;
        records.forEach(gathering::add);
      }
      return gathering.probe();
    } catch (KafkaException e) {
      throw new BrokerException(
          "Kafka at %s does not give the soft targets of topic %s: %s; check kafka.bootstrap.servers and the permissions"
              .formatted(kafka.bootstrapServers(), topic, e),
          e);
    }
  }

  private Map<TopicPartition, Long> seekToNewest(KafkaConsumer<byte[], byte[]> consumer, int most) {
    List<TopicPartition> partitions = KafkaAnswers.partitions(kafka, consumer, topic, PATIENCE);
    if (partitions.isEmpty()) {
      throw new StudentException(
          "topic %s, to correct biases on, does not exist on Kafka at %s; set student.bias-correction.probe-topic to one with soft targets"
              .formatted(topic, kafka.bootstrapServers()));
    }
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

  /** How many offsets are left to read. */
  private static long distance(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .mapToLong(end -> Math.max(0, end.getValue() - consumer.position(end.getKey())))
        .sum();
  }

  /** The probe as it grows. */
  private final class Gathering {

    private final TargetReader reader = new TargetReader(task, Float.MAX_VALUE);
    private final double[] sum = new double[task.classes().count()];
    private final int most;
    private final ByteBuffer bytes; // (most, length)
    private int count;
    private int rejections;
    private @Nullable Rejected<Target> rejected;

    Gathering(int most) {
      this.most = most;
      if (1L * most * task.features().bytes() > Integer.MAX_VALUE) {
        throw new StudentException(
            "%d probe examples of %d bytes are more than 2 GiB; lower student.bias-correction.probe-examples"
                .formatted(most, task.features().bytes()));
      }
      bytes =
          ByteBuffer.allocateDirect(most * task.features().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    boolean isFull() {
      return count == most;
    }

    /** Takes a record in when there is room and it is one that a student could train on. */
    void add(ConsumerRecord<byte[], byte[]> record) {
      if (isFull()) {
        return;
      }
      Verdict<Target> verdict = reader.read(record.value());
      if (verdict instanceof Accepted<Target> accepted) {
        Target target = accepted.value();
        bytes.put(target.example().features().duplicate());
        double[] logProbabilities = reader.logProbabilities();
        TargetCodec.retemper(logProbabilities, target.answer().temperature(), 1);
        for (int k = 0; k < sum.length; k++) {
          sum[k] += (float) Math.exp(logProbabilities[k]);
        }
        count++;
      } else if (verdict instanceof Rejected<Target> unfit) {
        rejected = unfit;
        rejections++;
      }
    }

    Probe probe() {
      if (count == 0) {
        throw new StudentException(
            "topic %s has no soft target to correct biases on%s; feed it, or set student.bias-correction.probe-topic"
                .formatted(topic, rejected == null ? "" : unfit(rejected)));
      }
      double[] mean = new double[sum.length];
      for (int k = 0; k < mean.length; k++) {
        mean[k] = sum[k] / count;
      }
      return new Probe(bytes.flip(), count, mean);
    }

    private String unfit(Rejected<Target> last) {
      return ": none of the %d records read is fit for this student, the last because of %s (%s)"
          .formatted(rejections, last.reason().label(), last.detail());
    }
  }
}
