package io.streamdistill.student.source;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Records that were fetched and not taken yet, by partition, each in the order of its log. */
final class AtHand {

  private final SortedMap<Integer, ArrayDeque<ConsumerRecord<byte[], byte[]>>> queues =
      new TreeMap<>();
  private final Map<Integer, Long> fetched = new HashMap<>(); // one past what was offered, or more
  private long count;
  private long bytes;

  void addPartition(int partition) {
    queues.put(partition, new ArrayDeque<>());
  }

  boolean hasPartition(int partition) {
    return queues.containsKey(partition);
  }

  void add(ConsumerRecord<byte[], byte[]> record) {
    queue(record.partition()).add(record);
    count++;
    bytes += bytes(record);
  }

  private static long bytes(ConsumerRecord<byte[], byte[]> record) {
    return Math.max(0, record.serializedValueSize());
  }

  /** The oldest record of a partition; null when there is none. */
  @Nullable ConsumerRecord<byte[], byte[]> peek(int partition) {
    return queue(partition).peek();
  }

  /** Takes the oldest record of a partition out, which has one. */
  void remove(int partition) {
    ConsumerRecord<byte[], byte[]> record = queue(partition).remove();
    count--;
    bytes -= bytes(record);
  }

  /**
   * Notes that a partition has nothing before an offset but what was added. When that is found out
   * depends on timing.
   */
  void fetchedUpTo(int partition, long position) {
    fetched.put(partition, position);
  }

  /** One past the offsets of a partition that are known to have been fetched; 0: none. */
  long fetchedUpTo(int partition) {
    return fetched.getOrDefault(partition, 0L);
  }

  /** One past the newest record, by partition, of those that have one. */
  SortedMap<Integer, Long> ends() {
    SortedMap<Integer, Long> ends = new TreeMap<>();
    queues.forEach(
        (partition, queue) -> {
          if (!queue.isEmpty()) {
            ends.put(partition, queue.getLast().offset() + 1);
          }
        });
    return ends;
  }

  /** Records of a partition. */
  int count(int partition) {
    return queue(partition).size();
  }

  /** Records of all partitions. */
  long count() {
    return count;
  }

  /** Size of their values. */
  long bytes() {
    return bytes;
  }

  /** Drops all of them. */
  void clear() {
    queues.values().forEach(ArrayDeque::clear);
    fetched.clear();
    count = 0;
    bytes = 0;
  }

  private ArrayDeque<ConsumerRecord<byte[], byte[]>> queue(int partition) {
    ArrayDeque<ConsumerRecord<byte[], byte[]>> queue = queues.get(partition);
    if (queue == null) {
      throw new IllegalArgumentException("partition " + partition + " is not part of the merge");
    }
    return queue;
  }
}
