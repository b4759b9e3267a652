package io.streamdistill.student.source;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the records of a log that is followed again, round after round, with a consumer of its own.
 * A round is a pass over all that was visited less than a number of times, in the order of a pass.
 */
final class EarlierRecords {

  private static final Logger log = LoggerFactory.getLogger(EarlierRecords.class);

  private final Supplier<Fetcher> replay;
  private final String topic;
  private final LogPosition start; // topic
  private final SortedMap<Integer, Long> starts;
  private final int most;
  private final ReadingOrder order;
  private Visits visits;
  private @Nullable PartitionMerge round;
  private final ShuffledWindow window;
  private SortedMap<Integer, Long> deletedBefore = new TreeMap<>();
  private boolean saidDeleted;
  private boolean useful; // a record of this round was trained on, as far as is known
  private boolean useless; // none of the last round was

  /**
   * Creates a reader.
   *
   * @param replay asked for when it is needed; nobody else may use it then
   * @param window what is given is shuffled in
   * @param most visits of a record, the first one included
   * @param order gets the beginnings of rounds
   */
  EarlierRecords(
      Supplier<Fetcher> replay,
      String topic,
      LogPosition start,
      ShuffledWindow window,
      int most,
      ReadingOrder order) {
    this.replay = replay;
    this.topic = topic;
    this.start = start;
    this.starts = new TreeMap<>(start.starts());
    this.order = order;
    this.window = window;
    this.most = most;
    this.visits = start.visits();
    this.useful = visits.round() != null;
  }

  /** Whether a record could be visited again, now that everything before {@code frontier} is. */
  boolean hasMore(SortedMap<Integer, Long> frontier) {
    if (useless) {
      return false;
    }
    if (visits.round() == null) {
      begin(frontier);
    }
    return visits.round() != null;
  }

  private void begin(SortedMap<Integer, Long> frontier) {
    Visits begun = visits.begin(starts, frontier, most);
    if (!begun.equals(visits)) {
      visits = begun;
      order.add(new ReadingOrder.Round());
    }
  }

  /** Begins a round, which another reader began here; the one before is over. */
  void beginRecorded(SortedMap<Integer, Long> frontier) {
    if (visits.round() != null) {
      endRound();
    }
    begin(frontier);
  }

  /** The next record of a round that has not come to its end; null when there is none yet. */
  @Nullable ConsumerRecord<byte[], byte[]> peekRecorded() {
    ConsumerRecord<byte[], byte[]> record = window.peek(merge(), visits.before());
    if (record == null) {
      replay.get().fetch(merge());
      record = window.peek(merge(), visits.before());
    }
    return record;
  }

  /** Takes a partition in that is new in the topic; the next round may have something of it. */
  void addPartition(int partition, long first) {
    starts.put(partition, first);
  }

  /** What was useless may be of use again: there is something new. */
  void renew() {
    useless = false;
  }

  /** Notes that a record of this round is trained on. */
  void used() {
    useful = true;
  }

  /**
   * The next record, which stays next until it is {@linkplain #take taken}.
   *
   * @param frontier next offset that was never taken, by partition
   * @return null when there is none, or none yet
   */
  @Nullable ConsumerRecord<byte[], byte[]> peek(SortedMap<Integer, Long> frontier) {
    while (hasMore(frontier)) {
      PartitionMerge merge = merge();
      ConsumerRecord<byte[], byte[]> record = window.peek(merge, visits.before());
      if (record == null && !merge.reachedEnds()) {
        fetch(merge);
        record = window.peek(merge(), visits.before());
      }
      if (record != null || !merge().reachedEnds()) {
        return record;
      }
      endRound();
    }
    return null;
  }

  /** Takes what {@link #peek} gave. */
  void take() {
    window.take();
  }

  private PartitionMerge merge() {
    if (round == null) {
      Visits.Round begun = visits.round();
      if (begun == null) {
        throw new IllegalStateException("no round is under way");
      }
      round = merge(begun.from(), begun.next(), begun.taken());
      window.restart(begun.within());
      replay.get().seek(round.next());
    }
    return round;
  }

  private PartitionMerge merge(
      SortedMap<Integer, Long> from, SortedMap<Integer, Long> next, long taken) {
    SortedMap<Integer, Long> end = visits.roundEnd();
    SortedMap<Integer, Long> begin = new TreeMap<>(starts);
    begin.putAll(from);
    SortedMap<Integer, Long> kept = new TreeMap<>(begin);
    kept.putAll(next);
    deletedBefore.forEach((partition, offset) -> kept.merge(partition, offset, Math::max));
    return new PartitionMerge(
        new LogPosition(
            start.topicId(),
            1,
            taken,
            0,
            starts,
            begin,
            kept,
            end,
            end,
            Visits.NONE,
            TeachersSeen.NONE),
        0);
  }

  private void fetch(PartitionMerge merge) {
    try {
      replay.get().fetch(merge);
    } catch (OffsetOutOfRangeException e) {
      log.debug("earlier records are gone", e);
      deletedBefore = replay.get().beginnings();
      if (!saidDeleted) {
        log.info(
            "retention has deleted the oldest records of topic {}: what is left begins at the offsets {}; the rest is gone over again without them",
            topic,
            deletedBefore);
        saidDeleted = true;
      }
      LogPosition at = merge.position();
      round = merge(at.from(), at.next(), at.taken());
      replay.get().seek(round.next());
    }
  }

  private void endRound() {
    visits = visits.end();
    round = null;
    useless = !useful;
    useful = false;
  }

  /** How often what was visited, with the round that is under way. */
  Visits visits() {
    if (round == null) {
      return visits;
    }
    Visits.Round begun = visits.round();
    LogPosition at = window.position(round);
    return begun == null
        ? visits
        : visits.at(new Visits.Round(begun.from(), at.next(), at.taken(), at.within()));
  }
}
