package io.streamdistill.student.source;

import io.streamdistill.student.StudentException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the soft-target topic record by record in the order of {@link PartitionMerge}, as many
 * passes as configured. Partitions are assigned, not subscribed: the checkpoint owns the offsets,
 * so there is nothing to rebalance.
 */
public final class SoftTargetLog {

  private static final Logger log = LoggerFactory.getLogger(SoftTargetLog.class);

  /** Records at hand per partition above which a partition is not fetched for a while. */
  private static final int READ_AHEAD = 1_024;

  private static final Duration POLL = Duration.ofMillis(100);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final PassConfig config;
  private final InstantSource clock;
  private final PartitionMerge merge;
  private @Nullable Instant waitingSince;

  /**
   * Assigns {@code consumer} and seeks to {@code start}.
   *
   * @param consumer unassigned, {@code read_committed}, {@code auto.offset.reset=none}
   */
  public SoftTargetLog(
      Consumer<byte[], byte[]> consumer,
      String topic,
      LogPosition start,
      PassConfig config,
      InstantSource clock) {
    this.consumer = consumer;
    this.topic = topic;
    this.config = config;
    this.clock = clock;
    this.merge = new PartitionMerge(start, config.passExamples());
    consumer.assign(merge.partitions().stream().map(this::topicPartition).toList());
    seek(start.next());
  }

  /**
   * Returns the next record of the present pass, or null when there is none yet, or the pass is
   * over ({@link #passOver}). Waits a fraction of a second at most.
   *
   * @throws StudentException when the log no longer holds what is to be read
   */
  public @Nullable ConsumerRecord<byte[], byte[]> next() {
    ConsumerRecord<byte[], byte[]> record = merge.take();
    if (record == null && !merge.passOver()) {
      fetch();
      record = merge.take();
      noteWaiting(record == null);
    } else if (waitingSince != null) {
      waitingSince = null;
    }
    return record;
  }

  private void fetch() {
    List<TopicPartition> full = new ArrayList<>();
    List<TopicPartition> hungry = new ArrayList<>();
    for (int partition : merge.partitions()) {
      (merge.buffered(partition) >= READ_AHEAD ? full : hungry).add(topicPartition(partition));
    }
    consumer.pause(full);
    consumer.resume(hungry);
    try {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        merge.offer(record);
      }
    } catch (OffsetOutOfRangeException e) {
      throw new StudentException(
          "topic %s no longer holds the offsets %s that the student needs next; they were deleted by retention. Raise retention.ms of the topic, or start a new student"
              .formatted(topic, e.offsetOutOfRangePartitions()),
          e);
    }
  }

  private void noteWaiting(boolean waits) {
    if (!waits) {
      waitingSince = null;
      return;
    }
    Instant now = clock.instant();
    if (waitingSince == null) {
      waitingSince = now;
    } else if (Duration.between(waitingSince, now).compareTo(config.partitionIdle()) >= 0) {
      Integer blocked = merge.blockedOn();
      if (blocked != null) {
        log.warn(
            "partition {} of {} delivered nothing for {} while others did; going on without it"
                + " until it does. From here on the run is not repeatable bit for bit",
            blocked,
            topic,
            config.partitionIdle());
        merge.setIdle(blocked);
        waitingSince = null;
      }
    }
  }

  /**
   * Whether the present pass is complete: it has all of its records, or, when a pass reaches to the
   * end of the log, that end was reached and nothing came for a while.
   */
  public boolean passOver() {
    if (config.bounded()) {
      return merge.passOver();
    }
    return !config.follows()
        && merge.taken() > 0
        && merge.buffered() == 0
        && waitingSince != null
        && Duration.between(waitingSince, clock.instant()).compareTo(config.partitionIdle()) >= 0;
  }

  /** Goes on to the next pass, and returns false when the one just over was the last. */
  public boolean nextPass() {
    merge.nextPass();
    waitingSince = null;
    seek(merge.position().next());
    return !config.completedBy(merge.position());
  }

  /** Where the next record is taken from. */
  public LogPosition position() {
    return merge.position();
  }

  private void seek(SortedMap<Integer, Long> offsets) {
    offsets.forEach((partition, offset) -> consumer.seek(topicPartition(partition), offset));
  }

  private TopicPartition topicPartition(int partition) {
    return new TopicPartition(topic, partition);
  }

  /** First offset of every partition of {@code topic}, for a student that starts anew. */
  public static SortedMap<Integer, Long> beginnings(
      Consumer<byte[], byte[]> consumer, String topic, Collection<Integer> partitions) {
    Map<TopicPartition, Long> offsets =
        consumer.beginningOffsets(
            partitions.stream().map(p -> new TopicPartition(topic, p)).toList());
    return offsets.entrySet().stream()
        .collect(
            Collectors.toMap(
                e -> e.getKey().partition(),
                Map.Entry::getValue,
                (a, b) -> a,
                java.util.TreeMap::new));
  }
}
