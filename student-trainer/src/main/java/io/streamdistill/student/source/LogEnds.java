package io.streamdistill.student.source;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the log ends, as Kafka says: one past the last offset that readers of committed records may
 * see. The log rests when two looks that lie long enough apart found the same.
 */
public final class LogEnds {

  private static final Logger log = LoggerFactory.getLogger(LogEnds.class);

  /** A broker that is away costs a look no more than this. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final Set<TopicPartition> partitions;
  private final Duration restAfter;
  private final InstantSource clock;
  private SortedMap<Integer, Long> ends = new TreeMap<>(); // empty: never seen
  private Instant since = Instant.MIN; // when these ends were seen first
  private @Nullable Instant looked; // when the last look was tried
  private boolean rests;

  /**
   * Creates a watch on {@code topic}.
   *
   * @param consumer {@code read_committed}
   */
  public LogEnds(
      Consumer<byte[], byte[]> consumer,
      String topic,
      Collection<Integer> partitions,
      Duration restAfter,
      InstantSource clock) {
    this.consumer = consumer;
    this.topic = topic;
    this.partitions = new LinkedHashSet<>();
    partitions.forEach(this::addPartition);
    this.restAfter = restAfter;
    this.clock = clock;
  }

  /** Takes a partition in that is new in the topic. */
  final void addPartition(int partition) {
    partitions.add(new TopicPartition(topic, partition));
  }

  /** Looks, unless the last look was only a while ago. */
  void lookNowAndThen() {
    Instant last = looked;
    if (last == null || Duration.between(last, clock.instant()).compareTo(restAfter) >= 0) {
      boolean unused = look();
    }
  }

  /** Asks for the ends; returns false when Kafka does not answer now. */
  boolean look() {
    Instant now = clock.instant();
    looked = now;
    SortedMap<Integer, Long> found = new TreeMap<>();
    try {
      consumer
          .endOffsets(partitions, PATIENCE)
          .forEach((partition, end) -> found.put(partition.partition(), end));
    } catch (TimeoutException e) {
      log.debug("the ends of the log are not known now", e);
      return false;
    }
    if (found.equals(ends)) {
      rests = Duration.between(since, now).compareTo(restAfter) >= 0;
    } else {
      ends = found;
      since = now;
      rests = false;
    }
    return true;
  }

  /** Whether they had not moved for a while when they were last looked at. */
  boolean rest() {
    return rests;
  }

  /** As they were last seen, by partition. */
  SortedMap<Integer, Long> ends() {
    return ends;
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
                e -> e.getKey().partition(), Map.Entry::getValue, (a, b) -> a, TreeMap::new));
  }
}
