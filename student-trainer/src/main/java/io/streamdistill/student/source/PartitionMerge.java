package io.streamdistill.student.source;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Puts the records of all partitions into one order that depends on the log alone and not on when
 * what arrived: one record of each partition in turn. A partition is passed over only when its
 * share of the pass is used up; while it may still deliver, the merge waits for it.
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
  private long buffered;

  PartitionMerge(LogPosition start, long passExamples) {
    this.passExamples = passExamples;
    this.at = start;
    this.turn = start.turn();
    this.taken = start.taken();
    this.next = new TreeMap<>(start.next());
    this.partitions = new ArrayList<>(start.starts().keySet());
    partitions.forEach(partition -> queues.put(partition, new ArrayDeque<>()));
  }

  /** Adds a fetched record; what lies beyond the end of the pass is left out. */
  void offer(ConsumerRecord<byte[], byte[]> record) {
    Long end = at.ends().get(record.partition());
    if (end != null && record.offset() >= end) {
      return;
    }
    queue(record.partition()).add(record);
    idle.remove(record.partition());
    buffered++;
  }

  /** Returns the next record, or null when the merge has to wait, or the pass is over. */
  @Nullable ConsumerRecord<byte[], byte[]> take() {
    for (int tried = 0; tried < partitions.size() && !passOver(); tried++) {
      int partition = partitions.get(turn);
      ConsumerRecord<byte[], byte[]> record = queue(partition).poll();
      if (record == null && awaits(partition)) {
        return null;
      }
      turn = (turn + 1) % partitions.size();
      if (record != null) {
        next.put(partition, record.offset() + 1);
        taken++;
        buffered--;
        return record;
      }
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

  private boolean reachedEnd(int partition) {
    Long end = at.ends().get(partition);
    return end != null && next.getOrDefault(partition, 0L) >= end;
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

  /** Records at hand in a partition. */
  int buffered(int partition) {
    return queue(partition).size();
  }

  /** Records at hand in all partitions. */
  long buffered() {
    return buffered;
  }

  /** Records taken in this pass. */
  long taken() {
    return taken;
  }

  List<Integer> partitions() {
    return partitions;
  }

  /** Goes back to the start of the log for another pass; what is at hand is dropped. */
  void nextPass() {
    at = position().nextPass(passExamples > 0);
    turn = 0;
    taken = 0;
    buffered = 0;
    next.clear();
    next.putAll(at.next());
    idle.clear();
    queues.values().forEach(ArrayDeque::clear);
  }

  /** Where the merge stands; a merge built from it continues in the same order. */
  LogPosition position() {
    SortedMap<Integer, Long> covered = new TreeMap<>(at.covered());
    next.forEach((partition, offset) -> covered.merge(partition, offset, Math::max));
    return new LogPosition(
        at.topicId(), at.pass(), taken, turn, at.starts(), next, at.ends(), covered);
  }

  private ArrayDeque<ConsumerRecord<byte[], byte[]>> queue(int partition) {
    ArrayDeque<ConsumerRecord<byte[], byte[]>> queue = queues.get(partition);
    if (queue == null) {
      throw new IllegalArgumentException("partition " + partition + " is not part of the merge");
    }
    return queue;
  }
}
