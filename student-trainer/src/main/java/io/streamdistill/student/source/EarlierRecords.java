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
  private final LogPosition start; // topic, partitions, starts
  private final int most;
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
   */
  EarlierRecords(
      Supplier<Fetcher> replay, String topic, LogPosition start, ShuffledWindow window, int most) {
    this.replay = replay;
    this.topic = topic;
    this.start = start;
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
      visits = visits.begin(start.starts(), frontier, most);
    }
    return visits.round() != null;
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
      round = merge(begun.next(), begun.turn(), begun.taken());
      window.restart(begun.within());
      replay.get().seek(round.next());
    }
    return round;
  }

  private PartitionMerge merge(SortedMap<Integer, Long> next, int turn, long taken) {
    SortedMap<Integer, Long> end = visits.roundEnd();
    SortedMap<Integer, Long> kept = new TreeMap<>(next);
    deletedBefore.forEach((partition, offset) -> kept.merge(partition, offset, Math::max));
    return new PartitionMerge(
        new LogPosition(
            start.topicId(),
            1,
            taken,
            turn,
            0,
            start.starts(),
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
      round = merge(at.next(), at.turn(), at.taken());
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
        : visits.at(new Visits.Round(begun.from(), at.next(), at.turn(), at.taken(), at.within()));
  }
}
