package io.streamdistill.student.source;

import io.streamdistill.kafka.TopicSnapshot;
import io.streamdistill.student.source.ReadingOrder.Entry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
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
 * Reads the soft-target topic record by record, as many passes as configured; a log that is
 * followed gives earlier records again when it has nothing new. In which order is told by {@link
 * PartitionMerge}; what was decided on the way is written down as a {@link ReadingOrder}.
 */
public final class SoftTargetLog {

  private static final Logger log = LoggerFactory.getLogger(SoftTargetLog.class);

  private static final Duration BETWEEN_TOPIC_LOOKS = Duration.ofSeconds(1);

  /** How often something new is looked for while earlier records are taken. */
  private static final Duration GLANCE = Duration.ofMillis(20);

  /** How often the end of the log is asked for while the trainer waits there. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  private final String topic;
  private final PassConfig config;
  private final InstantSource clock;
  private final PartitionMerge merge;
  private final Course course;
  private final ReadingOrder order = new ReadingOrder();
  private final ShuffledWindow window; // of a pass over what was read before
  private final Fetcher first; // of what was never read
  private final Supplier<? extends Consumer<byte[], byte[]>> another;
  private @Nullable Fetcher replay; // of what was read before
  private final LogEnds ends;
  private final LogWatch watch;
  private final String topicId;
  private final EarlierRecords earlier;
  private final RestingLog sayings;
  private Instant nextGlance = Instant.MIN;
  private Instant nextLook = Instant.MIN;
  private Instant nextTopicLook = Instant.MIN;
  private boolean allTaken; // and nothing came since that was found out
  private boolean passEnded;
  private volatile LogState state = LogState.FOLLOWING;
  private volatile int visits;
  private volatile long unread; // offsets of the topic that were not fetched

  /**
   * Assigns {@code consumer} and seeks to {@code start}.
   *
   * @param consumer unassigned, {@code read_committed}, {@code auto.offset.reset=none}
   * @param another gives one more consumer of that kind, for what was read before
   * @param ends of the topic; whoever read it before may have looked at them already
   * @param watch of the topic, which tells what is lost, and what is new
   * @param recorded how another reader went on from {@code start}, which is done again; null: goes
   *     by what is there
   * @param seed of the order in which records are read again
   */
  public SoftTargetLog(
      Consumer<byte[], byte[]> consumer,
      Supplier<? extends Consumer<byte[], byte[]>> another,
      String topic,
      LogEnds ends,
      LogWatch watch,
      LogPosition start,
      @Nullable RecordedOrder recorded,
      PassConfig config,
      long seed,
      InstantSource clock) {
    this.topic = topic;
    this.config = config;
    this.clock = clock;
    LogPosition from = start.readFor(config);
    merge = new PartitionMerge(from, config.passExamples());
    course = recorded != null ? recorded : new LiveStretches(ends);
    first = new Fetcher(consumer, topic, merge.partitions());
    this.ends = ends;
    this.watch = watch;
    this.topicId = from.topicId();
    this.another = another;
    window = new ShuffledWindow(config.shuffle(), seed);
    window.restart(from.within());
    earlier =
        new EarlierRecords(
            this::replay,
            topic,
            from,
            new ShuffledWindow(config.shuffle(), seed),
            config.follows() ? config.visits() : 1,
            order);
    sayings = new RestingLog(topic, config, clock);
    fetcher().seek(from.next());
  }

  private Fetcher fetcher() {
    return merge.pass() == 0 ? first : replay();
  }

  private Fetcher replay() {
    Fetcher open = replay;
    if (open == null) {
      open = new Fetcher(another.get(), topic, merge.partitions());
      open.seek(merge.starts());
      replay = open;
    }
    return open;
  }

  /**
   * Returns the next record of the present pass, or null when there is none yet, or the pass is
   * over ({@link #passOver}), or it is not the turn of a new one. Waits a fraction of a second at
   * most.
   *
   * @throws io.streamdistill.kafka.LostRecordsException when the log no longer holds what is to be
   *     read
   */
  public @Nullable ConsumerRecord<byte[], byte[]> next() {
    if (course instanceof RecordedOrder recorded) {
      follow(recorded);
      if (recorded.turn() != Course.Turn.NEW) {
        return null;
      }
      state = LogState.FOLLOWING;
    }
    ConsumerRecord<byte[], byte[]> record = take();
    if (record == null && !passOver() && isGlanceDue()) {
      watchTopic();
      fetch();
      watchForTheEnd();
      record = take();
    }
    if (record != null) {
      allTaken = false;
      state = LogState.FOLLOWING;
      earlier.renew();
      order.add(new ReadingOrder.Taken(1));
      carriedOut();
    }
    return record;
  }

  private @Nullable ConsumerRecord<byte[], byte[]> take() {
    if (merge.pass() == 0) {
      ConsumerRecord<byte[], byte[]> record = merge.take();
      return record == null && beginStretch() ? merge.take() : record;
    }
    ConsumerRecord<byte[], byte[]> record = window.peek(merge, merge.pass());
    if (record != null) {
      window.take();
    }
    return record;
  }

  /** Goes on to the next stretch when the present one is over; returns whether there is one. */
  private boolean beginStretch() {
    if (!merge.ends().isEmpty() && !merge.reachedEnds()) {
      return false;
    }
    if (course instanceof RecordedOrder recorded) {
      addRecorded(recorded);
    }
    SortedMap<Integer, Long> upTo = course.nextStretch(merge);
    if (upTo == null) {
      return false;
    }
    beginStretch(upTo);
    return true;
  }

  private void beginStretch(SortedMap<Integer, Long> upTo) {
    SortedMap<Integer, Long> before = new TreeMap<>(merge.next());
    merge.ends().forEach((partition, end) -> before.merge(partition, end, Math::max));
    merge.beginStretch(upTo);
    SortedMap<Integer, Long> offsets = new TreeMap<>();
    merge
        .ends()
        .forEach(
            (partition, end) -> {
              long length = end - before.getOrDefault(partition, 0L);
              if (length > 0) {
                offsets.put(partition, length);
              }
            });
    order.add(new ReadingOrder.Stretch(offsets));
  }

  private boolean isGlanceDue() {
    return state != LogState.REVISITING || !clock.instant().isBefore(nextGlance);
  }

  private void fetch() {
    try {
      if (state == LogState.REVISITING) {
        first.fetch(merge, Duration.ZERO);
        nextGlance = clock.instant().plus(GLANCE);
      } else {
        fetcher().fetch(merge);
      }
    } catch (OffsetOutOfRangeException e) {
      Fetcher stopped = state == LogState.REVISITING ? first : fetcher();
      SortedMap<Integer, Long> next = new TreeMap<>();
      e.offsetOutOfRangePartitions()
          .forEach((partition, offset) -> next.put(partition.partition(), offset));
      watch
          .lost(topicId, next)
          .forEach(
              (partition, offset) -> {
                stopped.seek(new TreeMap<>(Map.of(partition, offset)));
                merge.fetchedUpTo(partition, offset);
              });
    }
  }

  /** Notices, once a second, what has become of the topic. */
  private void watchTopic() {
    Instant now = clock.instant();
    if (now.isBefore(nextTopicLook) || course instanceof RecordedOrder) {
      return;
    }
    nextTopicLook = now.plus(BETWEEN_TOPIC_LOOKS);
    watch.requireSameAsSeen(topicId, merge.next());
    watch
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
              topic,
              partition);
        }
        continue;
      }
      long start = seen.beginnings().getOrDefault(partition, 0L);
      log.info(
          "topic {} has a new partition {}, which is read from offset {} on",
          topic,
          partition,
          start);
      addPartition(partition, start);
    }
  }

  /** The first pass up to the end of a log is over when the log rests, and all of it is taken. */
  private void watchForTheEnd() {
    if (merge.pass() > 0
        || config.follows()
        || merge.taken() == 0
        || merge.buffered() > 0
        || course instanceof RecordedOrder) {
      return;
    }
    ends.lookNowAndThen();
    if (ends.rest() && merge.hasTaken(ends.ends()) && !config.bounded()) {
      passEnded = ends.look() && merge.hasTaken(ends.ends());
      if (passEnded) {
        beginStretch(ends.ends()); // without a record: it says where the pass ends
        order.add(new ReadingOrder.PassEnded());
      }
    }
  }

  /** Carries out what a recorded order has before the next record. */
  private void follow(RecordedOrder recorded) {
    boolean more = true;
    while (more) {
      if (recorded.beginsStretch()) {
        ReadingOrder.Added added = recorded.nextAdded();
        if (added != null) { // by itself: the stretch behind it may be for later
          addPartition(added.partition(), added.start());
          continue;
        }
        SortedMap<Integer, Long> upTo = recorded.nextStretch(merge);
        if (upTo != null) {
          beginStretch(upTo);
        }
      } else if (recorded.beginsRound()) {
        earlier.beginRecorded(merge.next());
        recorded.carriedOut();
      } else {
        if (recorded.endsPass()) {
          passEnded = true;
        }
        more = false;
      }
    }
  }

  private void addRecorded(RecordedOrder recorded) {
    for (var added = recorded.nextAdded(); added != null; added = recorded.nextAdded()) {
      addPartition(added.partition(), added.start());
    }
  }

  /** Takes a partition in that is new in the topic, from its first record on. */
  private void addPartition(int partition, long start) {
    merge.addPartition(partition, start);
    first.addPartition(partition, start);
    if (replay != null) {
      replay.addPartition(partition, start);
    }
    earlier.addPartition(partition, start);
    ends.addPartition(partition);
    order.add(new ReadingOrder.Added(partition, start));
  }

  private void carriedOut() {
    if (course instanceof RecordedOrder recorded) {
      recorded.carriedOut();
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
      carriedOut();
    }
    merge.nextPass();
    window.restart(0);
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

  /** What may be read next. */
  Course.Turn turn() {
    return course.turn();
  }

  /** What the log has to do before a batch that is not full is trained on, in words. */
  String awaited() {
    Integer awaited = merge.awaited();
    if (awaited != null) {
      return "partition %d of topic %s holds records that Kafka does not deliver"
          .formatted(awaited, topic);
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
    if (course instanceof RecordedOrder) {
      state = LogState.REVISITING;
      return earlier.peekRecorded();
    }
    SortedMap<Integer, Long> frontier = merge.next();
    ConsumerRecord<byte[], byte[]> record = earlier.peek(frontier);
    LogState now = earlier.hasMore(frontier) ? LogState.REVISITING : LogState.RESTING;
    if (now != state) {
      state = now;
      visits = earlier.visits().least(frontier);
      sayings.say(state, merge.taken(), visits);
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
    order.add(new ReadingOrder.Again(1));
    carriedOut();
  }

  /** Notes that a record that was taken again is trained on. */
  void usedEarlier() {
    earlier.used();
  }

  /** Notes that a batch is closed, and returns what was decided since the one before. */
  List<Entry> closeBatch(boolean full) {
    if (!full && !passOver()) {
      order.add(new ReadingOrder.Closed());
      if (course.turn() == Course.Turn.CLOSE) {
        carriedOut();
      }
    }
    return order.drain();
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

  /** Offsets of the topic that were not fetched, all partitions together; from any thread. */
  public long unread() {
    return unread;
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
