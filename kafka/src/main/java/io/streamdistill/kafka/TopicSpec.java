package io.streamdistill.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a topic has to be.
 *
 * @param name its name
 * @param partitions how many it has
 * @param replication replication factor; -1, the broker's default
 * @param configs topic settings that differ from the broker's defaults
 */
public record TopicSpec(
    String name, int partitions, short replication, Map<String, String> configs) {

  private static final long MIB = 1 << 20;

  /** Room for key, headers and framing beside a value. */
  public static final long ENVELOPE_BYTES = 64 * 1024;

  /** Copies. */
  public TopicSpec {
    configs = Map.copyOf(configs);
  }

  /**
   * The product's topics.
   *
   * @param maxRecordBytes largest value in the transfer set, {@code teacher.max-record-bytes}
   */
  public static List<TopicSpec> all(TopicsConfig topics, long maxRecordBytes) {
    long examples = Math.max(MIB, maxRecordBytes) + ENVELOPE_BYTES;
    long results = examples + ENVELOPE_BYTES; // targets, or the headers of a dead letter
    Map<String, String> log = Map.of("cleanup.policy", "delete");
    return List.of(
        of(topics, topics.transferSet(), with(log, "max.message.bytes", examples)),
        of(
            topics,
            topics.softTargets(),
            // Students that do not exist yet read it from its beginning.
            with(with(log, "max.message.bytes", results), "retention.ms", -1)),
        of(topics, topics.labels(), log),
        of(topics, topics.deadLetters(), with(log, "max.message.bytes", results)),
        compacted(topics, topics.checkpoints(), 16 * MIB),
        compacted(topics, topics.checkpointFiles(), 64 * MIB),
        new TopicSpec(
            topics.checkpointEvents(), 1, topics.replication(), with(log, "retention.ms", -1)));
  }

  private static TopicSpec of(TopicsConfig topics, String name, Map<String, String> configs) {
    return new TopicSpec(name, topics.partitions(), topics.replication(), configs);
  }

  /** Only closed segments are compacted: small ones, compacted early, keep deleted data short. */
  private static TopicSpec compacted(TopicsConfig topics, String name, long segmentBytes) {
    return new TopicSpec(
        name,
        1,
        topics.replication(),
        Map.of(
            "cleanup.policy",
            "compact",
            "max.message.bytes",
            Long.toString(MIB + ENVELOPE_BYTES),
            "min.cleanable.dirty.ratio",
            "0.1",
            "segment.bytes",
            Long.toString(segmentBytes)));
  }

  private static Map<String, String> with(Map<String, String> configs, String key, long value) {
    Map<String, String> extended = new HashMap<>(configs);
    extended.put(key, Long.toString(value));
    return extended;
  }
}
