package io.streamdistill.student.source;

import io.streamdistill.student.StudentException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
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
 * passes as configured; a log that is followed gives earlier records again when it has nothing new.
 */
public final class SoftTargetLog {

  private static final Logger log = LoggerFactory.getLogger(SoftTargetLog.class);

  /** How often something new is looked for while earlier records are taken. */
  private static final Duration GLANCE = Duration.ofMillis(20);

  /** How often the end of the log is asked for while the trainer waits there. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  private final String topic;
  private final PassConfig config;
  private final InstantSource clock;
  private final PartitionMerge merge;
  private final ShuffledWindow window; // of a pass over what was read before
  private final Fetcher first; // of what was never read
  private final Supplier<? extends Consumer<byte[], byte[]>> another;
  private @Nullable Fetcher replay; // of what was read before
  private final LogEnds ends;
  private final EarlierRecords earlier;
  private final Rarely sayState;
  private @Nullable Instant waitingSince;
  private Instant nextGlance = Instant.MIN;
  private Instant nextLook = Instant.MIN;
  private boolean allTaken; // and nothing came since that was found out
  private boolean passEnded;
  private SortedMap<Integer, Long> tooFew = new TreeMap<>(); // ends of a log without a whole pass
  private volatile LogState state = LogState.FOLLOWING;
  private volatile int visits;

  /**
   * Assigns {@code consumer} and seeks to {@code start}.
   *
   * @param consumer unassigned, {@code read_committed}, {@code auto.offset.reset=none}
   * @param another gives one more consumer of that kind, for what was read before
   * @param ends of the topic; whoever read it before may have looked at them already
   * @param seed of the order in which records are read again
   */
  public SoftTargetLog(
      Consumer<byte[], byte[]> consumer,
      Supplier<? extends Consumer<byte[], byte[]>> another,
      String topic,
      LogEnds ends,
      LogPosition start,
      PassConfig config,
      long seed,
      InstantSource clock) {
    this.topic = topic;
    this.config = config;
    this.clock = clock;
    LogPosition from = start.readFor(config);
    merge = new PartitionMerge(from, config.passExamples());
    first = new Fetcher(consumer, topic, merge.partitions());
    this.ends = ends;
    this.another = another;
    window = new ShuffledWindow(config.shuffle(), seed);
    window.restart(from.within());
    earlier =
        new EarlierRecords(
            this::replay,
            topic,
            from,
            new ShuffledWindow(config.shuffle(), seed),
            config.follows() ? config.visits() : 1);
    sayState = new Rarely(clock);
    fetcher().seek(from.next());
  }

  private Fetcher fetcher() {
    return merge.pass() == 0 ? first : replay();
  }

  private Fetcher replay() {
    Fetcher open = replay;
    if (open == null) {
      open = new Fetcher(another.get(), topic, merge.partitions());
      replay = open;
    }
    return open;
  }

  /**
   * Returns the next record of the present pass, or null when there is none yet, or the pass is
   * over ({@link #passOver}). Waits a fraction of a second at most.
   *
   * @throws StudentException when the log no longer holds what is to be read
   */
  public @Nullable ConsumerRecord<byte[], byte[]> next() {
    ConsumerRecord<byte[], byte[]> record = take();
    if (record == null && !passOver() && isGlanceDue()) {
      try {
        fetch();
        watchEnds();
      } catch (OffsetOutOfRangeException e) {
        throw gone(e);
      }
      record = take();
      noteWaiting(record == null);
    } else if (waitingSince != null) {
      waitingSince = null;
    }
    if (record != null) {
      allTaken = false;
      state = LogState.FOLLOWING;
      earlier.renew();
    }
    return record;
  }

  private @Nullable ConsumerRecord<byte[], byte[]> take() {
    if (merge.pass() == 0) {
      return merge.take();
    }
    ConsumerRecord<byte[], byte[]> record = window.peek(merge, merge.pass());
    if (record != null) {
      window.take();
    }
    return record;
  }

  private boolean isGlanceDue() {
    return state != LogState.REVISITING || !clock.instant().isBefore(nextGlance);
  }

  private void fetch() {
    if (state == LogState.REVISITING) {
      first.fetch(merge, Duration.ZERO);
      nextGlance = clock.instant().plus(GLANCE);
    } else {
      fetcher().fetch(merge);
    }
  }

  private StudentException gone(OffsetOutOfRangeException e) {
    return new StudentException(
        "topic %s no longer holds the offsets %s that the student needs next; they were deleted by retention. Raise retention.ms of the topic, or start a new student"
            .formatted(topic, e.offsetOutOfRangePartitions()),
        e);
  }

  /** Finds out where a log that rests ends, so that nothing is waited for that will not come. */
  private void watchEnds() {
    if (merge.pass() > 0) {
      return;
    }
    if (merge.ends().isEmpty() && !(config.follows() && merge.blockedOn() == null)) {
      ends.lookNowAndThen();
      if (ends.rest() && isWholePass()) {
        merge.setEnds(ends.ends());
      }
    }
    if (merge.reachedEnds()) {
      settle();
    }
  }

  /** A pass of a known number of records is not over before the log has so many. */
  private boolean isWholePass() {
    if (!config.bounded()) {
      return true;
    }
    Integer blocked = merge.blockedOn();
    if (blocked == null
        || !merge.hasTakenUpTo(blocked, ends.ends().getOrDefault(blocked, 0L)) // more is on its way
        || tooFew.equals(ends.ends())) {
      return false;
    }
    long counted = first.count(ends.ends());
    if (counted < 0) {
      return false;
    }
    long there = merge.taken() + merge.buffered() + counted;
    if (there >= config.passExamples()) {
      return true;
    }
    tooFew = new TreeMap<>(ends.ends());
    log.info(
        "topic {} has {} of the {} records of a pass (student.log.pass-examples); the student waits for the others",
        topic,
        there,
        config.passExamples());
    return false;
  }

  /** Everything up to the ends is taken: the pass is over, or goes on where the log has grown. */
  private void settle() {
    if (!config.follows() && merge.taken() > 0 && ends.look() && ends.ends().equals(merge.ends())) {
      passEnded = true;
    } else {
      merge.setEnds(new TreeMap<>());
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
   * Whether the present pass is complete: it has all of its records, or it has come to the end of a
   * log that rests, or to where the first pass ended.
   */
  public boolean passOver() {
    if (config.follows()) {
      return false;
    }
    return window.isEmpty()
        && (merge.passOver() || passEnded || (merge.pass() > 0 && merge.reachedEnds()));
  }

  /** Goes on to the next pass, and returns false when the one just over was the last. */
  public boolean nextPass() {
    if (passEnded) {
      log.info(
          "the first pass ends at the end of topic {}, after {} records, at the offsets {}; what comes later is no part of the passes",
          topic,
          merge.taken(),
          merge.ends());
    }
    merge.nextPass();
    window.restart(0);
    waitingSince = null;
    passEnded = false;
    LogPosition position = merge.position();
    fetcher().seek(position.next());
    return !config.completedBy(position);
  }

  /** Whether what {@link #next} gives was never read before, in this or another process. */
  boolean isFirstVisit() {
    return merge.pass() == 0;
  }

  /** Whether the log is followed, so that there are batches which nothing completes. */
  boolean isFollowed() {
    return config.follows();
  }

  /** Whether a pass has a number of records, so that what is missing in a batch is to come. */
  boolean isBounded() {
    return config.bounded();
  }

  /** What the log has to do before a batch that is not full is trained on, in words. */
  String awaited() {
    Integer blocked = merge.blockedOn();
    if (blocked != null) {
      return "partition %d of topic %s is waited for while others have records"
          .formatted(blocked, topic);
    }
    if (config.bounded()) {
      return "%d of the %d records of a pass were read (student.log.pass-examples)"
          .formatted(merge.taken(), config.passExamples());
    }
    return merge.taken() == 0
        ? "topic %s has no record yet".formatted(topic)
        : "topic %s has given %d records and is not at rest yet".formatted(topic, merge.taken());
  }

  /** Whether everything that the log holds is taken, as Kafka says after the last record of it. */
  public boolean isAllTaken() {
    if (allTaken || merge.buffered() > 0) {
      return allTaken;
    }
    Instant now = clock.instant();
    if (now.isBefore(nextLook)) {
      return false;
    }
    nextLook = now.plus(BETWEEN_LOOKS);
    allTaken = ends.look() && merge.hasTaken(ends.ends());
    return allTaken;
  }

  /** As {@link #isAllTaken}, by a look at this very moment. */
  boolean looksAllTaken() {
    nextLook = Instant.MIN;
    allTaken = false;
    return isAllTaken();
  }

  /**
   * The next earlier record, or null when there is none, or none yet ({@link #hasEarlier}); only
   * while everything {@linkplain #isAllTaken is taken}.
   */
  @Nullable ConsumerRecord<byte[], byte[]> earlier() {
    SortedMap<Integer, Long> frontier = merge.next();
    ConsumerRecord<byte[], byte[]> record = earlier.peek(frontier);
    LogState now = earlier.hasMore(frontier) ? LogState.REVISITING : LogState.RESTING;
    if (now != state) {
      state = now;
      visits = earlier.visits().least(frontier);
      sayState(frontier);
    }
    return record;
  }

  /** Whether there are earlier records to be had. */
  boolean hasEarlier() {
    return state == LogState.REVISITING;
  }

  /** Takes what {@link #earlier} gave. */
  void takeEarlier() {
    earlier.take();
  }

  /** Notes that a record that was taken again is trained on. */
  void usedEarlier() {
    earlier.used();
  }

  private void sayState(SortedMap<Integer, Long> frontier) {
    if (!sayState.isDue(state.label())) {
      return;
    }
    if (merge.taken() == 0) {
      log.info("topic {} is empty so far; the student waits for its first record", topic);
    } else if (state == LogState.REVISITING) {
      log.info(
          "topic {} has nothing new after {} records; earlier ones are gone over again, up to {} visits each (student.log.visits), new ones first",
          topic,
          merge.taken(),
          config.visits());
    } else {
      log.info(
          "topic {} has nothing new after {} records, each visited {} times; the student waits for new ones",
          topic,
          merge.taken(),
          earlier.visits().least(frontier));
    }
  }

  /** What the trainer is doing with the log; may be called from any thread. */
  public LogState state() {
    return state;
  }

  /** Where the next record is taken from. */
  public LogPosition position() {
    LogPosition position = window.position(merge);
    if (!config.follows()) {
      visits = position.pass();
      return position;
    }
    LogPosition visited = position.with(earlier.visits());
    visits = visited.visits().least(visited.next());
    return visited;
  }

  /**
   * How often every record that was taken was gone over, at least; may be called from any thread.
   */
  public int visits() {
    return visits;
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
