package io.streamdistill.teacher;

import io.streamdistill.kafka.LostRecords;
import io.streamdistill.kafka.LostRecords.How;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.TopicSnapshot;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.kafka.TopicsConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far the transfer set was read, so that what is lost with a topic can be told. */
final class Standing {

  private static final Logger log = LoggerFactory.getLogger(Standing.class);

  private static final Comparator<TopicPartition> BY_PARTITION =
      Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

  private final TopicWatch watch;
  private final TopicsConfig topics;
  private final Losses losses;
  private final Map<TopicPartition, Long> next = new TreeMap<>(BY_PARTITION); // to be committed
  private @Nullable TopicSnapshot last; // of the transfer set that is read now

  Standing(TopicWatch watch, TopicsConfig topics, Losses losses) {
    this.watch = watch;
    this.topics = topics;
    this.losses = losses;
  }

  /** Kafka forgets offsets after a while, and with the topic that they are of. */
  void begin(
      Collection<TopicPartition> partitions,
      Map<TopicPartition, OffsetAndMetadata> committed,
      TopicSnapshot transferSet) {
    List<Integer> begun = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata offset = committed.get(partition);
      long beginning = transferSet.beginnings().getOrDefault(partition.partition(), 0L);
      next.put(partition, offset == null ? beginning : offset.offset());
      if (offset == null) {
        begun.add(partition.partition());
      }
    }
    long there = watch.last(topics.softTargets()).map(TopicSnapshot::records).orElse(0L);
    if (begun.size() == partitions.size() && transferSet.records() > 0 && there > 0) {
      log.warn(
          "The teacher begins at the beginning of partitions {} of '{}', for which its group has no"
              + " offsets, although '{}' holds {} records already. That is right for a new"
              + " application id. Else its offsets have expired (offsets.retention.minutes), or went"
              + " with a topic that was deleted",
          begun,
          topics.transferSet(),
          topics.softTargets(),
          there);
    }
  }

  /**
   * The transfer set is another topic, or none.
   *
   * @throws LostRecordsException when the service is to stop
   */
  void transferSetGone(@Nullable LogIdentity before) {
    Uuid then = before == null ? Uuid.ZERO_UUID : before.transferSet();
    List<LostRecords> lost = new ArrayList<>();
    next.forEach(
        (partition, offset) ->
            lost.add(
                upToItsEnd(
                    LostRecords.recreated(partition.topic(), partition.partition(), offset),
                    then)));
    losses.tell(lost);
    next.clear();
  }

  /** Where the end of a log that is gone was seen. */
  LostRecords upToItsEnd(LostRecords some, Uuid then) {
    TopicSnapshot end = last;
    return some.how() == How.RECREATED && end != null && end.id().equals(then)
        ? some.upTo(end.ends().getOrDefault(some.partition(), some.from()))
        : some;
  }

  /**
   * The soft targets are gone, and not for a moment.
   *
   * @throws LostRecordsException when the service is to stop
   */
  void softTargetsGone() {
    TopicSnapshot transferSet = last;
    next.forEach(
        (partition, offset) -> {
          long beginning =
              transferSet == null
                  ? 0
                  : transferSet.beginnings().getOrDefault(partition.partition(), 0L);
          if (offset > beginning) { // some of it has been scored
            tellSoftTargets(partition, offset);
          }
        });
  }

  void tellSoftTargets(TopicPartition partition, long scoredUpTo) {
    losses.tellSoftTargets(
        LostRecords.recreated(topics.softTargets(), partition.partition(), 0).upTo(scoredUpTo));
  }

  /** The transfer set as it is now. */
  void seen(TopicSnapshot transferSet) {
    last = transferSet;
  }

  void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
    offsets.forEach((partition, offset) -> next.put(partition, offset.offset()));
  }
}
