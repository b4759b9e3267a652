package io.streamdistill.student.source;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Gives the records of a merge that goes over a log again in another order: one window of them
 * after the other, each shuffled. Without it, the same records would meet in a batch in every pass,
 * and a student would learn less from them.
 *
 * <p>The order depends on that of the merge, the repetition and the seed alone. A {@linkplain
 * #position position} is where the window begins and how many of it were taken: whoever goes on
 * from there reads the window again.
 */
final class ShuffledWindow {

  /** A window of large records ends here, before it is full. */
  private static final long MOST_BYTES = 64L << 20;

  /** Odd, of well mixed bits: the golden ratio. */
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final int size;
  private final long seed;
  private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
  private @Nullable LogPosition begin; // of the merge; null: the window is not begun
  private long bytes;
  private boolean shuffled; // no record is added from then on
  private int taken;
  private int skip; // records that were taken before the position that is gone on from

  /**
   * Creates an empty window.
   *
   * @param size records, at least 1; 1 is the order of the merge
   */
  ShuffledWindow(int size, long seed) {
    this.size = size;
    this.seed = seed;
  }

  /**
   * Begins anew.
   *
   * @param within records of the first window that were taken before
   */
  void restart(int within) {
    clear();
    skip = within;
  }

  /**
   * The next record, or null when the merge has to wait, or nothing is left of it.
   *
   * @param repetition how often the merge's records were gone over before
   */
  @Nullable ConsumerRecord<byte[], byte[]> peek(PartitionMerge merge, int repetition) {
    while (shuffled || fill(merge)) {
      if (!shuffled) {
        shuffle(repetition);
      }
      if (skip < records.size()) {
        taken = Math.max(taken, skip);
        skip = 0;
        return records.get(taken);
      }
      skip -= records.size();
      clear();
    }
    return null;
  }

  /** Returns whether there is a whole window, or all that is left of the merge. */
  private boolean fill(PartitionMerge merge) {
    if (begin == null) {
      begin = merge.position();
    }
    while (!isFull()) {
      ConsumerRecord<byte[], byte[]> record = merge.take();
      if (record == null) {
        return !records.isEmpty() && (merge.passOver() || merge.reachedEnds());
      }
      records.add(record);
      bytes += Math.max(0, record.serializedValueSize());
    }
    return true;
  }

  private boolean isFull() {
    return records.size() >= size || bytes >= MOST_BYTES;
  }

  private void shuffle(int repetition) {
    if (begin == null) {
      throw new IllegalStateException("the window is not begun");
    }
    long mixed = ((seed * MIX + repetition) * MIX + begin.taken()) * MIX;
    Collections.shuffle(records, new Random(mixed));
    shuffled = true;
  }

  /** Takes what {@link #peek} gave. */
  void take() {
    taken++;
    if (taken == records.size()) {
      clear();
    }
  }

  private void clear() {
    records.clear();
    bytes = 0;
    taken = 0;
    shuffled = false;
    begin = null;
  }

  /** Whether no record waits in it. */
  boolean isEmpty() {
    return records.isEmpty();
  }

  /** Where {@code merge} stands, less what waits in the window. */
  LogPosition position(PartitionMerge merge) {
    return begin == null ? merge.position().within(skip) : begin.within(Math.max(taken, skip));
  }
}
