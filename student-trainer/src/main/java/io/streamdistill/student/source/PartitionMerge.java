package io.streamdistill.student.source;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Puts the records of all partitions into one order that depends on the log alone and not on when
 * what arrived: one record of each partition in turn. A partition is passed over only when its
 * share of the pass is used up; while it may still deliver, the merge waits for it. Where the pass
 * ends is known from the pass before, or as soon as the log rests.
 *
 * <p>Pure bookkeeping: {@link #offer} what was fetched, {@link #take} what comes next.
 */
final class PartitionMerge {

  private final long passExamples; // 0: unbounded
  private final List<Integer> partitions;
  private final SortedMap<Integer, ArrayDeque<ConsumerRecord<byte[], byte[]>>> queues =
      new TreeMap<>();
  private final Set<Integer> idle = new HashSet<>();
  private LogPosition at;
  private int turn;
  private long taken;
  private final SortedMap<Integer, Long> next;
  private final SortedMap<Integer, Long> ends; // empty: not known
  private final Map<Integer, Long> fetched = new HashMap<>(); // one past what was offered, or more
  private long buffered;

  PartitionMerge(LogPosition start, long passExamples) {
    this.passExamples = passExamples;
    this.at = start;
    this.turn = start.turn();
    this.taken = start.taken();
    this.next = new TreeMap<>(start.next());
    this.ends = new TreeMap<>(start.ends());
    this.partitions = new ArrayList<>(start.starts().keySet());
    partitions.forEach(partition -> queues.put(partition, new ArrayDeque<>()));
  }

  /** Adds a fetched record; what lies beyond the end of a replayed pass is left out. */
  void offer(ConsumerRecord<byte[], byte[]> record) {
    if (at.pass() > 0 && isBeyondEnd(record.partition(), record.offset())) {
      return;
    }
    queue(record.partition()).add(record);
    idle.remove(record.partition());
    buffered++;
  }

  /**
   * Notes that a partition has nothing before an offset but what was offered. When that is found
   * out depends on timing, so it is no part of the position.
   */
  void fetchedUpTo(int partition, long position) {
    fetched.put(partition, position);
  }

  /** Returns the next record, or null when the merge has to wait, or the pass is over. */
  @Nullable ConsumerRecord<byte[], byte[]> take() {
    ConsumerRecord<byte[], byte[]> record = peek();
    if (record != null) {
      queue(record.partition()).remove();
      turn = (turn + 1) % partitions.size();
      next.put(record.partition(), record.offset() + 1);
      taken++;
      buffered--;
    }
    return record;
  }

  /** As {@link #take}, and leaves the record where it is. */
  @Nullable ConsumerRecord<byte[], byte[]> peek() {
    for (int tried = 0; tried < partitions.size() && !passOver(); tried++) {
      int partition = partitions.get(turn);
      ConsumerRecord<byte[], byte[]> record = queue(partition).peek();
      if (record != null && !isBeyondEnd(partition, record.offset())) {
        return record;
      }
      if (awaits(partition)) {
        return null;
      }
      turn = (turn + 1) % partitions.size();
    }
    return null;
  }

  /** Whether a partition with nothing at hand may still have a part in this pass. */
  private boolean awaits(int partition) {
    if (idle.contains(partition) || reachedEnd(partition)) {
      return false;
    }
    // All that remains of the pass is at hand, so nothing more of it comes from this partition.
    return passExamples == 0 || taken + buffered != passExamples;
  }

  private boolean isBeyondEnd(int partition, long offset) {
    Long end = ends.get(partition);
    return end != null && offset >= end;
  }

  /** Whether a partition has nothing left before the known end of the pass. */
  boolean reachedEnd(int partition) {
    ConsumerRecord<byte[], byte[]> record = queue(partition).peek();
    return isBeyondEnd(partition, record == null ? upTo(partition) : record.offset());
  }

  /** Offset before which everything of a partition without records at hand is taken. */
  private long upTo(int partition) {
    return Math.max(next.getOrDefault(partition, 0L), fetched.getOrDefault(partition, 0L));
  }

  /** Whether the ends of the pass are known, and nothing is left before them. */
  boolean reachedEnds() {
    return !ends.isEmpty() && partitions.stream().allMatch(this::reachedEnd);
  }

  /** Whether everything before an offset of a partition is taken. */
  boolean hasTakenUpTo(int partition, long offset) {
    return queue(partition).isEmpty() && upTo(partition) >= offset;
  }

  /** Whether everything before {@code offsets}, by partition, is taken. */
  boolean hasTaken(SortedMap<Integer, Long> offsets) {
    return buffered == 0
        && offsets.entrySet().stream().allMatch(end -> upTo(end.getKey()) >= end.getValue());
  }

  /** Whether the pass has taken all of its records. */
  boolean passOver() {
    return passExamples > 0 && taken >= passExamples;
  }

  /** The partition that {@link #take} waits for, when others have records at hand. */
  @Nullable Integer blockedOn() {
    return buffered > 0 && !passOver() && queue(partitions.get(turn)).isEmpty()
        ? partitions.get(turn)
        : null;
  }

  /** Goes on without a partition until it delivers again. */
  void setIdle(int partition) {
    idle.add(partition);
  }

  /** Fixes where this pass ends, or where the log ends for now. */
  void setEnds(SortedMap<Integer, Long> known) {
    ends.clear();
    ends.putAll(known);
  }

  /** Where this pass ends, by partition; empty while that is not known. */
  SortedMap<Integer, Long> ends() {
    return ends;
  }

  /** Records at hand in a partition. */
  int buffered(int partition) {
    return queue(partition).size();
  }

  /** Records at hand in all partitions. */
  long buffered() {
    return buffered;
  }

  /** Next offset to take, by partition; changes as the merge goes on. */
  SortedMap<Integer, Long> next() {
    return next;
  }

  /** Records taken in this pass. */
  long taken() {
    return taken;
  }

  /** Passes completed. */
  int pass() {
    return at.pass();
  }

  List<Integer> partitions() {
    return partitions;
  }

  /** Goes back to the start of the log for another pass; what is at hand is dropped. */
  void nextPass() {
    // A first pass of so many records ends with the last of them, wherever the log ends.
    at = position().nextPass(passExamples > 0 && at.pass() == 0 ? next : ends);
    turn = 0;
    taken = 0;
    buffered = 0;
    next.clear();
    next.putAll(at.next());
    setEnds(at.ends());
    fetched.clear();
    idle.clear();
    queues.values().forEach(ArrayDeque::clear);
  }

  /** Where the merge stands; a merge built from it continues in the same order. */
  LogPosition position() {
    SortedMap<Integer, Long> covered = new TreeMap<>(at.covered());
    next.forEach((partition, offset) -> covered.merge(partition, offset, Math::max));
    return new LogPosition(
        at.topicId(),
        at.pass(),
        taken,
        turn,
        0,
        at.starts(),
        next,
        ends,
        covered,
        at.visits(),
        at.teachers());
  }

  private ArrayDeque<ConsumerRecord<byte[], byte[]>> queue(int partition) {
    ArrayDeque<ConsumerRecord<byte[], byte[]>> queue = queues.get(partition);
    if (queue == null) {
      throw new IllegalArgumentException("partition " + partition + " is not part of the merge");
    }
    return queue;
  }
}
