package io.streamdistill.student.source;

import io.streamdistill.student.source.ReadingOrder.Entry;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads the soft-target topic record by record, as many passes as configured; a log that is
 * followed gives earlier records again when it has nothing new. In which order is told by {@link
 * PartitionMerge}; what was decided on the way is written down as a {@link ReadingOrder}.
 */
public final class SoftTargetLog {

  private final PassConfig config;
  private final PartitionMerge merge;
  private final Course course;
  private final ReadingOrder order = new ReadingOrder();
  private final ShuffledWindow window; // of a pass over what was read before
  private final Fetchers fetchers;
  private final LogEnds ends;
  private final Stretches stretches;
  private final EndOfLog end;
  private final TopicChanges changes;
  private final EarlierRecords earlier;
  private final FirstPass firstPass;
  private final Revisits revisits;
  private final RestingLog sayings;

  /**
   * Assigns the consumer of {@code source} and seeks to {@code start}.
   *
   * @param recorded how another reader went on from {@code start}, which is done again; null: goes
   *     by what is there
   * @param seed of the order in which records are read again
   */
  public SoftTargetLog(
      LogSource source,
      LogPosition start,
      @Nullable RecordedOrder recorded,
      PassConfig config,
      long seed,
      InstantSource clock) {
    String topic = source.topic();
    this.ends = source.ends();
    this.config = config;
    LogPosition from = start.readFor(config);
    merge = new PartitionMerge(from, config.passExamples());
    course = recorded != null ? recorded : new LiveStretches(ends);
    fetchers = new Fetchers(source, merge, from.topicId());
    window = new ShuffledWindow(config.shuffle(), seed);
    window.restart(from.within());
    earlier =
        new EarlierRecords(
            fetchers::replay,
            topic,
            from,
            new ShuffledWindow(config.shuffle(), seed),
            config.follows() ? config.visits() : 1,
            order);
    sayings = new RestingLog(topic, config, clock);
    revisits = new Revisits(earlier, merge, sayings, clock);
    end = new EndOfLog(merge, ends, clock);
    stretches = new Stretches(merge, course, order, this::addPartition);
    firstPass = new FirstPass(topic, config, merge, stretches, end, order);
    changes = new TopicChanges(source, from.topicId(), merge, sayings, this::addPartition, clock);
    fetchers.seek(from.next());
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
      if (stretches.follow(recorded, earlier)) {
        firstPass.ended();
      }
      if (recorded.turn() != Course.Turn.NEW) {
        return null;
      }
      revisits.endForNow();
    }
    ConsumerRecord<byte[], byte[]> record = take();
    if (record == null && !passOver() && revisits.isGlanceDue()) {
      if (!(course instanceof RecordedOrder)) {
        changes.look();
      }
      if (revisits.isUnderWay()) {
        fetchers.glance();
        revisits.glanced();
      } else {
        fetchers.fetch();
      }
      if (!(course instanceof RecordedOrder)) {
        firstPass.watch();
      }
      record = take();
    }
    if (record != null) {
      end.moved();
      revisits.renew();
      order.add(new ReadingOrder.Taken(1));
      course.carriedOut();
    }
    return record;
  }

  private @Nullable ConsumerRecord<byte[], byte[]> take() {
    if (merge.pass() == 0) {
      ConsumerRecord<byte[], byte[]> record = merge.take();
      return record == null && stretches.begin() ? merge.take() : record;
    }
    ConsumerRecord<byte[], byte[]> record = window.peek(merge, merge.pass());
    if (record != null) {
      window.take();
    }
    return record;
  }

  /** Takes a partition in that is new in the topic, from its first record on. */
  private void addPartition(int partition, long start) {
    merge.addPartition(partition, start);
    fetchers.addPartition(partition, start);
    earlier.addPartition(partition, start);
    ends.addPartition(partition);
    order.add(new ReadingOrder.Added(partition, start));
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
        && (merge.passOver() || firstPass.isOver() || (merge.pass() > 0 && merge.reachedEnds()));
  }

  /** Goes on to the next pass, and returns false when the one just over was the last. */
  public boolean nextPass() {
    if (firstPass.isOver()) {
      firstPass.close();
      course.carriedOut();
    }
    merge.nextPass();
    window.restart(0);
    LogPosition position = merge.position();
    fetchers.seek(position.next());
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
    return sayings.awaited(merge);
  }

  /** Whether everything that the log holds is taken, as Kafka says after the last record of it. */
  public boolean isAllTaken() {
    return end.isAllTaken();
  }

  /** As {@link #isAllTaken}, by a look at this very moment. */
  boolean looksAllTaken() {
    return end.looksAllTaken();
  }

  /**
   * The next earlier record, or null when there is none, or none yet ({@link #hasEarlier}); only
   * while everything {@linkplain #isAllTaken is taken}.
   */
  @Nullable ConsumerRecord<byte[], byte[]> earlier() {
    return course instanceof RecordedOrder ? revisits.peekRecorded() : revisits.peek();
  }

  /** Whether there are earlier records to be had. */
  boolean hasEarlier() {
    return revisits.isUnderWay();
  }

  /** Takes what {@link #earlier} gave. */
  void takeEarlier() {
    earlier.take();
    order.add(new ReadingOrder.Again(1));
    course.carriedOut();
  }

  /** Notes that a record that was taken again is trained on. */
  void usedEarlier() {
    earlier.used();
  }

  /** What the trainer is doing with the log; may be called from any thread. */
  public LogState state() {
    return revisits.state();
  }

  /** Where the next record is taken from. */
  public LogPosition position() {
    return revisits.position(window.position(merge), config.follows());
  }

  /** How often every record that was taken was gone over, at least; from any thread. */
  public int visits() {
    return revisits.visits();
  }

  /** Notes that a batch is closed, and returns what was decided since the one before. */
  List<Entry> closeBatch(boolean full) {
    if (!full && !passOver()) {
      order.add(new ReadingOrder.Closed());
      if (course.turn() == Course.Turn.CLOSE) {
        course.carriedOut();
      }
    }
    return order.drain();
  }

  /** Offsets of the topic that were not fetched, all partitions together; from any thread. */
  public long unread() {
    return changes.unread();
  }
}
