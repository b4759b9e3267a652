package io.streamdistill.student.source;

import io.streamdistill.kafka.TopicSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices, once a second, what has become of the topic, and takes new partitions in. */
final class TopicChanges {

  private static final Logger log = LoggerFactory.getLogger(TopicChanges.class);

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final LogSource source;
  private final String topicId;
  private final PartitionMerge merge;
  private final RestingLog sayings;
  private final Stretches.Growth growth;
  private final InstantSource clock;
  private Instant nextLook = Instant.MIN;
  private volatile long unread; // offsets of the topic that were not fetched

  TopicChanges(
      LogSource source,
      String topicId,
      PartitionMerge merge,
      RestingLog sayings,
      Stretches.Growth growth,
      InstantSource clock) {
    this.source = source;
    this.topicId = topicId;
    this.merge = merge;
    this.sayings = sayings;
    this.growth = growth;
    this.clock = clock;
  }

  void look() {
    Instant now = clock.instant();
    if (now.isBefore(nextLook)) {
      return;
    }
    nextLook = now.plus(BETWEEN_LOOKS);
    source.watch().requireSameAsSeen(topicId, merge.next());
    source
        .watch()
        .last()
        .ifPresent(
            seen -> {
              takeNewPartitionsIn(seen);
              unread = merge.unread(seen.ends());
            });
  }

  private void takeNewPartitionsIn(TopicSnapshot seen) {
    for (int partition : new TreeSet<>(seen.ends().keySet())) {
      if (merge.starts().containsKey(partition)) {
        continue;
      }
      if (merge.pass() > 0) {
        if (sayings.isNew(partition)) {
          log.warn(
              "topic {} has a partition {} that is no part of the passes, which end where the first one did",
              source.topic(),
              partition);
        }
        continue;
      }
      long start = seen.beginnings().getOrDefault(partition, 0L);
      log.info(
          "topic {} has a new partition {}, which is read from offset {} on",
          source.topic(),
          partition,
          start);
      growth.addPartition(partition, start);
    }
  }

  /** Offsets of the topic that were not fetched, all partitions together; from any thread. */
  long unread() {
    return unread;
  }
}
