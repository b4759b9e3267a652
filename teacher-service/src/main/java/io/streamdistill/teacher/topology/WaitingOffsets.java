package io.streamdistill.teacher.topology;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How far each partition may be committed: up to the oldest record that waits for its batch.
 *
 * <p>Kafka Streams commits what a processor has been given. Held back to what is scored as well,
 * the offsets alone say where to go on: after a crash the records that waited are read again, and
 * nothing of them had been published. See docs/adr/0012.
 */
public final class WaitingOffsets {

  private final Map<TopicPartition, Long> oldest = new ConcurrentHashMap<>();

  /** From now on nothing at {@code offset} or after it is committed. */
  void hold(TopicPartition partition, long offset) {
    oldest.put(partition, offset);
  }

  /** Nothing waits. */
  void release(TopicPartition partition) {
    oldest.remove(partition);
  }

  /** Where what waits begins, in words: {@code t-0 at offset 7, t-3 at offset 12}. */
  public String described() {
    return oldest.entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
        .map(entry -> "%s at offset %d".formatted(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** Returns the offsets with those that pass a waiting record set back to it. */
  public Map<TopicPartition, OffsetAndMetadata> bound(
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    Map<TopicPartition, OffsetAndMetadata> bounded = new HashMap<>(offsets);
    bounded.replaceAll(
        (partition, next) -> {
          Long held = oldest.get(partition);
          return held == null || held >= next.offset()
              ? next
              : new OffsetAndMetadata(held, next.leaderEpoch(), next.metadata());
        });
    return bounded;
  }
}
