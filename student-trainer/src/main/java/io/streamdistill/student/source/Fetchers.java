package io.streamdistill.student.source;

import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;

/** Fetches what was never read, and what was read before, each with a consumer of its own. */
final class Fetchers {

  private final LogSource source;
  private final PartitionMerge merge;
  private final String topicId;
  private final Fetcher first; // of what was never read
  private @Nullable Fetcher replay; // of what was read before

  Fetchers(LogSource source, PartitionMerge merge, String topicId) {
    this.source = source;
    this.merge = merge;
    this.topicId = topicId;
    first = new Fetcher(source.consumer(), source.topic(), merge.partitions());
  }

  /** That of the present pass. */
  private Fetcher present() {
    return merge.pass() == 0 ? first : replay();
  }

  Fetcher replay() {
    Fetcher open = replay;
    if (open == null) {
      open = new Fetcher(source.another().get(), source.topic(), merge.partitions());
      open.seek(merge.starts());
      replay = open;
    }
    return open;
  }

  /** Goes on with the present pass from there. */
  void seek(SortedMap<Integer, Long> next) {
    present().seek(next);
  }

  /** Fetches for the present pass, and waits a fraction of a second at most. */
  void fetch() {
    try {
      present().fetch(merge);
    } catch (OffsetOutOfRangeException e) {
      goOnBehind(e, present());
    }
  }

  /** Looks whether there is something that was never read, and waits for nothing. */
  void glance() {
    try {
      first.fetch(merge, Duration.ZERO);
    } catch (OffsetOutOfRangeException e) {
      goOnBehind(e, first);
    }
  }

  private void goOnBehind(OffsetOutOfRangeException e, Fetcher stopped) {
    SortedMap<Integer, Long> next = new TreeMap<>();
    e.offsetOutOfRangePartitions()
        .forEach((partition, offset) -> next.put(partition.partition(), offset));
    source
        .watch()
        .lost(topicId, next)
        .forEach(
            (partition, offset) -> {
              stopped.seek(new TreeMap<>(Map.of(partition, offset)));
              merge.fetchedUpTo(partition, offset);
            });
  }

  void addPartition(int partition, long start) {
    first.addPartition(partition, start);
    if (replay != null) {
      replay.addPartition(partition, start);
    }
  }
}
