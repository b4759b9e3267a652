package io.streamdistill.student.source;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Puts the records of all partitions into one order, stretch by stretch. A stretch is a part of the
 * log that is there already: from one offset to another of every partition. Within it, partitions
 * are interleaved in proportion to what each holds, so that all of them end together; that order
 * depends on the log and on where the stretch begins and ends, and not on what was fetched when. A
 * pass over what was read before is one stretch.
 *
 * <p>Pure bookkeeping: {@link #offer} what was fetched, {@link #take} what comes next.
 */
final class PartitionMerge {

  private final long passExamples; // 0: unbounded
  private final AtHand atHand = new AtHand();
  private final Lanes lanes = new Lanes();
  private LogPosition at;
  private long taken;
  private final SortedMap<Integer, Long> starts;
  private final SortedMap<Integer, Long> next;
  private final SortedMap<Integer, Long> from; // where the stretch begins
  private final SortedMap<Integer, Long> ends; // where it ends; empty: none has begun

  PartitionMerge(LogPosition start, long passExamples) {
    this.passExamples = passExamples;
    this.at = start;
    this.taken = start.taken();
    this.starts = new TreeMap<>(start.starts());
    this.next = new TreeMap<>(start.next());
    this.from = new TreeMap<>(start.from());
    this.ends = new TreeMap<>(start.ends());
    starts.keySet().forEach(atHand::addPartition);
    buildLanes();
  }

  private void buildLanes() {
    lanes.clear();
    ends.keySet().forEach(this::addLane);
  }

  private void addLane(int partition) {
    lanes.add(
        partition,
        from.getOrDefault(partition, 0L),
        next.getOrDefault(partition, 0L),
        ends.getOrDefault(partition, 0L));
  }

  /** Adds a fetched record; what lies beyond the end of a replayed pass is left out. */
  void offer(ConsumerRecord<byte[], byte[]> record) {
    if (at.pass() > 0 && isBeyondEnd(record.partition(), record.offset())) {
      return;
    }
    atHand.add(record);
  }

  /**
   * Notes that a partition has nothing before an offset but what was offered. When that is found
   * out depends on timing, so it is no part of the position.
   */
  void fetchedUpTo(int partition, long position) {
    atHand.fetchedUpTo(partition, position);
  }

  /**
   * Begins a stretch where the last one ended.
   *
   * @param upTo where it ends, by partition; what is missing, or not beyond the last one, has no
   *     part in it
   */
  void beginStretch(SortedMap<Integer, Long> upTo) {
    ends.forEach((partition, end) -> next.merge(partition, end, Math::max));
    from.clear();
    from.putAll(next);
    ends.clear();
    next.forEach(
        (partition, offset) ->
            ends.put(partition, Math.max(offset, upTo.getOrDefault(partition, offset))));
    buildLanes();
  }

  /** Takes a partition in that is new in the topic; the present stretch has nothing of it. */
  void addPartition(int partition, long start) {
    atHand.addPartition(partition);
    starts.put(partition, start);
    next.put(partition, start);
    from.put(partition, start);
    ends.computeIfAbsent(partition, added -> ends.isEmpty() ? null : start);
  }

  /** Returns the next record, or null when it is not fetched yet, or the stretch is over. */
  @Nullable ConsumerRecord<byte[], byte[]> take() {
    ConsumerRecord<byte[], byte[]> record = peek();
    if (record != null) {
      int partition = record.partition();
      lanes.remove();
      atHand.remove(partition);
      next.put(partition, record.offset() + 1);
      addLane(partition);
      taken++;
    }
    return record;
  }

  /** As {@link #take}, and leaves the record where it is. */
  @Nullable ConsumerRecord<byte[], byte[]> peek() {
    while (!passOver()) {
      Integer partition = lanes.peek();
      if (partition == null) {
        return null;
      }
      ConsumerRecord<byte[], byte[]> record = atHand.peek(partition);
      if (record != null && !isBeyondEnd(partition, record.offset())) {
        return record;
      }
      if (!reachedEnd(partition)) {
        return null;
      }
      lanes.remove(); // markers of transactions, or what was compacted away, are all that is left
    }
    return null;
  }

  private boolean isBeyondEnd(int partition, long offset) {
    Long end = ends.get(partition);
    return end != null && offset >= end;
  }

  /** Whether a partition has nothing left before the end of the stretch. */
  boolean reachedEnd(int partition) {
    ConsumerRecord<byte[], byte[]> record = atHand.peek(partition);
    return isBeyondEnd(partition, record == null ? upTo(partition) : record.offset());
  }

  /** Offset before which everything of a partition without records at hand is taken. */
  private long upTo(int partition) {
    return Math.max(next.getOrDefault(partition, 0L), atHand.fetchedUpTo(partition));
  }

  /** Whether a stretch has begun, and nothing is left of it. */
  boolean reachedEnds() {
    return !ends.isEmpty() && ends.keySet().stream().allMatch(this::reachedEnd);
  }

  /** Whether everything before {@code offsets}, by partition, is taken. */
  boolean hasTaken(SortedMap<Integer, Long> offsets) {
    return atHand.count() == 0
        && offsets.entrySet().stream().allMatch(end -> upTo(end.getKey()) >= end.getValue());
  }

  /** Offsets before {@code ends}, by partition, that were not fetched, all together. */
  long unread(Map<Integer, Long> ends) {
    return ends.entrySet().stream()
        .mapToLong(
            end ->
                atHand.hasPartition(end.getKey())
                    ? Math.max(0, end.getValue() - upTo(end.getKey()))
                    : end.getValue())
        .sum();
  }

  /** Whether the pass has taken all of its records. */
  boolean passOver() {
    return passExamples > 0 && taken >= passExamples;
  }

  /** The partition of which a record is to be taken next that was not fetched yet. */
  @Nullable Integer awaited() {
    return peek() != null || passOver() ? null : lanes.peek();
  }

  /** Where the present stretch ends, by partition; empty before the first one. */
  SortedMap<Integer, Long> ends() {
    return ends;
  }

  /** What was offered, and not taken yet. */
  AtHand atHand() {
    return atHand;
  }

  /** Next offset to take, by partition; changes as the merge goes on. */
  SortedMap<Integer, Long> next() {
    return next;
  }

  /** First offset of every partition. */
  SortedMap<Integer, Long> starts() {
    return starts;
  }

  /** Records taken in this pass. */
  long taken() {
    return taken;
  }

  /** Passes completed. */
  int pass() {
    return at.pass();
  }

  Set<Integer> partitions() {
    return starts.keySet();
  }

  /** Goes back to the start of the log for another pass; what is at hand is dropped. */
  void nextPass() {
    // A first pass of so many records ends with the last of them, wherever the stretch ends.
    at = position().nextPass(passExamples > 0 && at.pass() == 0 ? next : ends);
    taken = 0;
    next.clear();
    next.putAll(at.next());
    from.clear();
    from.putAll(at.from());
    ends.clear();
    ends.putAll(at.ends());
    atHand.clear();
    buildLanes();
  }

  /** Where the merge stands; a merge built from it continues in the same order. */
  LogPosition position() {
    SortedMap<Integer, Long> covered = new TreeMap<>(at.covered());
    next.forEach((partition, offset) -> covered.merge(partition, offset, Math::max));
    return new LogPosition(
        at.topicId(),
        at.pass(),
        taken,
        0,
        starts,
        from,
        next,
        ends,
        covered,
        at.visits(),
        at.teachers());
  }
}
