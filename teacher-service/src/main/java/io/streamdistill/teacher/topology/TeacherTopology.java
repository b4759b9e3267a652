package io.streamdistill.teacher.topology;

import io.streamdistill.kafka.TopicsConfig;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The application as a pure function.
 *
 * <pre>
 * transfer-set ──► teacher ──► soft-targets   same partition, key, timestamp and headers
 *                         └──► dead-letters   byte for byte, and why
 * </pre>
 */
public final class TeacherTopology {

  static final String TRANSFER_SET = "transfer-set";
  static final String TEACHER = "teacher";
  static final String SOFT_TARGETS = "soft-targets";
  static final String DEAD_LETTERS = "dead-letters";

  private TeacherTopology() {}

  /**
   * Builds the topology; {@code clock} gives the scored time of soft targets, and {@code flow} is
   * told of the records that must not be committed yet.
   */
  public static Topology build(
      Scoring scoring, TopicsConfig topics, ScoringMeters meters, Flow flow, Clock clock) {
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    return new Topology()
        .addSource(
            AutoOffsetReset.earliest(),
            TRANSFER_SET,
            time(clock),
            bytes,
            bytes,
            topics.transferSet())
        .addProcessor(
            TEACHER,
            () -> new ScoringProcessor(scoring, meters, flow, topics.transferSet(), clock),
            TRANSFER_SET)
        .addSink(
            SOFT_TARGETS,
            topics.softTargets(),
            new ByteArraySerializer(),
            (topic, out) -> out.value(),
            SAME_PARTITION,
            TEACHER)
        .addSink(
            DEAD_LETTERS,
            topics.deadLetters(),
            new ByteArraySerializer(),
            (topic, out) -> out.value(),
            SAME_PARTITION,
            TEACHER);
  }

  /** Soft targets have as many partitions as their source; dead letters may have fewer. */
  private static final StreamPartitioner<byte[], Outgoing> SAME_PARTITION =
      (topic, key, out, partitions) -> Optional.of(Set.of(out.partition() % partitions));

  /** Records without a usable timestamp, which Streams would stop at, count as of now. */
  private static TimestampExtractor time(Clock clock) {
    return (ConsumerRecord<Object, Object> record, long partitionTime) ->
        record.timestamp() >= 0 ? record.timestamp() : clock.millis();
  }
}
