package io.streamdistill.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What a topic was when Kafka was asked about it. Immutable.
 *
 * @param topic its name
 * @param id what tells it from another topic of that name; {@link Uuid#ZERO_UUID} when there is
 *     none
 * @param beginnings least offset that is kept, by partition
 * @param ends offset that the next record gets, by partition
 * @param settings of the topic; empty when it is not allowed to read them
 * @param seen when Kafka answered
 */
public record TopicSnapshot(
    String topic,
    Uuid id,
    Map<Integer, Long> beginnings,
    Map<Integer, Long> ends,
    Map<String, String> settings,
    Instant seen) {

  private static final long DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;
  private static final long DEFAULT_AFTER_MAX_MILLIS = Duration.ofHours(1).toMillis();

  /** Copies. */
  public TopicSnapshot {
    beginnings = Map.copyOf(beginnings);
    ends = Map.copyOf(ends);
    settings = Map.copyOf(settings);
  }

  static TopicSnapshot missing(String topic, Instant seen) {
    return new TopicSnapshot(topic, Uuid.ZERO_UUID, Map.of(), Map.of(), Map.of(), seen);
  }

  /** Whether there is such a topic. */
  public boolean exists() {
    return !id.equals(Uuid.ZERO_UUID);
  }

  /** Number of partitions; 0 when there is no such topic. */
  public int partitions() {
    return ends.size();
  }

  /** Whether {@code cleanup.policy} has compact in it: then records without a key are refused. */
  public boolean compacted() {
    String policy = settings.getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "");
    return Arrays.stream(policy.split(",")).anyMatch(word -> word.strip().equals("compact"));
  }

  /** Its {@code max.message.bytes}; Kafka's default when the settings cannot be read. */
  public int maxMessageBytes() {
    return Math.toIntExact(
        setting(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, DEFAULT_MAX_MESSAGE_BYTES));
  }

  /** Whether the broker stamps records itself, and takes any timestamp. */
  public boolean stampsRecords() {
    return settings
        .getOrDefault(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "")
        .equals("LogAppendTime");
  }

  /** How far before the broker's clock a timestamp may be, ms. */
  public long timestampBeforeMaxMillis() {
    return setting(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, Long.MAX_VALUE);
  }

  /** How far after the broker's clock a timestamp may be, ms. */
  public long timestampAfterMaxMillis() {
    return setting(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, DEFAULT_AFTER_MAX_MILLIS);
  }

  private long setting(String key, long otherwise) {
    String value = settings.get(key);
    return value == null ? otherwise : Long.parseLong(value);
  }

  /** Records that are kept, in all partitions; an upper bound where offsets have gaps. */
  public long records() {
    return ends.entrySet().stream()
        .mapToLong(end -> end.getValue() - beginnings.getOrDefault(end.getKey(), 0L))
        .sum();
  }

  /**
   * What can no longer be read by who reads on at {@code next}: before the beginning of a
   * partition, or beyond its end, which only another log can have.
   *
   * @param next offset to be read next, by partition
   * @param known id of the topic that these are offsets of; {@link Uuid#ZERO_UUID} when unknown
   */
  public List<LostRecords> lost(Map<Integer, Long> next, Uuid known) {
    boolean another = !known.equals(Uuid.ZERO_UUID) && !known.equals(id);
    SortedMap<Integer, Long> sorted = new TreeMap<>(next);
    List<LostRecords> lost = new ArrayList<>();
    sorted.forEach(
        (partition, offset) -> {
          long end = ends.getOrDefault(partition, -1L);
          long beginning = Objects.requireNonNullElse(beginnings.get(partition), 0L);
          if (another || offset > end) {
            lost.add(LostRecords.recreated(topic, partition, offset));
          } else if (offset < beginning) {
            lost.add(LostRecords.deleted(topic, partition, offset, beginning));
          }
        });
    return List.copyOf(lost);
  }
}
