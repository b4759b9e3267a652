package io.streamdistill.student.source;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Brings a merge the records that it needs next. Partitions are assigned, not subscribed: the
 * checkpoint owns the offsets, so there is nothing to rebalance.
 */
final class Fetcher {

  /** Records at hand per partition above which a partition is not fetched for a while. */
  private static final int READ_AHEAD = 1_024;

  private static final Duration POLL = Duration.ofMillis(100);

  /** Bytes at hand above which only partitions with nothing at hand are fetched. */
  private static final long READ_AHEAD_BYTES = 32 << 20;

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;

  /**
   * Assigns {@code consumer}.
   *
   * @param consumer unassigned, {@code read_committed}, {@code auto.offset.reset=none}
   */
  Fetcher(Consumer<byte[], byte[]> consumer, String topic, Collection<Integer> partitions) {
    this.consumer = consumer;
    this.topic = topic;
    consumer.assign(partitions.stream().map(this::topicPartition).toList());
  }

  /** Takes in a partition that is new in the topic, from an offset on. */
  void addPartition(int partition, long first) {
    List<TopicPartition> all = new ArrayList<>(consumer.assignment());
    all.add(topicPartition(partition));
    consumer.assign(all); // the others stay where they are
    consumer.seek(topicPartition(partition), first);
  }

  /** Goes on from these offsets. */
  void seek(SortedMap<Integer, Long> offsets) {
    offsets.forEach((partition, offset) -> consumer.seek(topicPartition(partition), offset));
  }

  /**
   * Fetches once; partitions of which enough is at hand, or nothing more is wanted, are left out.
   *
   * @throws org.apache.kafka.clients.consumer.OffsetOutOfRangeException when the log no longer
   *     holds what is to be read
   */
  void fetch(PartitionMerge merge, Duration patience) {
    List<TopicPartition> full = new ArrayList<>();
    List<TopicPartition> hungry = new ArrayList<>();
    for (int partition : merge.partitions()) {
      boolean enough =
          merge.atHand().count(partition) >= READ_AHEAD
              || (merge.atHand().bytes() >= READ_AHEAD_BYTES && merge.atHand().count(partition) > 0)
              || (merge.pass() > 0 && merge.reachedEnd(partition));
      (enough ? full : hungry).add(topicPartition(partition));
    }
    for (TopicPartition assigned : consumer.assignment()) { // a round may be older than a partition
      if (!merge.partitions().contains(assigned.partition())) {
        full.add(assigned);
      }
    }
    consumer.pause(full);
    consumer.resume(hungry);
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
      merge.offer(record);
    }
    // Markers of transactions, and what was compacted away, take offsets and give no records.
    for (TopicPartition partition : hungry) {
      merge.fetchedUpTo(partition.partition(), consumer.position(partition));
    }
  }

  /** Fetches once, and waits a fraction of a second for it. */
  void fetch(PartitionMerge merge) {
    fetch(merge, POLL);
  }

  /** First offset of every partition that the log still holds. */
  SortedMap<Integer, Long> beginnings() {
    SortedMap<Integer, Long> beginnings = new TreeMap<>();
    consumer
        .beginningOffsets(consumer.assignment())
        .forEach((partition, offset) -> beginnings.put(partition.partition(), offset));
    return beginnings;
  }

  private TopicPartition topicPartition(int partition) {
    return new TopicPartition(topic, partition);
  }
}
