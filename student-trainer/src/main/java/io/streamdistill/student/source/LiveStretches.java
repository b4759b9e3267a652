package io.streamdistill.student.source;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides how far to go by what is there. First that is what the log held when it was looked at for
 * the first time, so that a finished log is read in the same order by everybody; after that, what
 * was fetched meanwhile. Nothing is waited for.
 */
final class LiveStretches implements Course {

  /**
   * Longest stretch, offsets of all partitions together, so that what comes to one partition does
   * not wait until the backlog of another is done.
   */
  static final long LONGEST = 1 << 17;

  private final LogEnds ends;
  private @Nullable SortedMap<Integer, Long> backlog; // where the log ended at the first look

  LiveStretches(LogEnds ends) {
    this.ends = ends;
  }

  @Override
  public Turn turn() {
    return Turn.ANY;
  }

  @Override
  public @Nullable SortedMap<Integer, Long> nextStretch(PartitionMerge merge) {
    SortedMap<Integer, Long> known = backlog;
    if (known == null) {
      if (!ends.look()) {
        return null;
      }
      known = new TreeMap<>(ends.ends());
      backlog = known;
    }
    SortedMap<Integer, Long> left = part(merge, known);
    return left == null ? part(merge, merge.atHand().ends()) : left;
  }

  /** A proportional part of all that lies before {@code upTo}; null when nothing does. */
  private static @Nullable SortedMap<Integer, Long> part(
      PartitionMerge merge, SortedMap<Integer, Long> upTo) {
    long all = 0;
    for (int partition : merge.partitions()) {
      all += left(merge, upTo, partition);
    }
    if (all == 0) {
      return null;
    }
    SortedMap<Integer, Long> part = new TreeMap<>();
    for (int partition : merge.partitions()) {
      long left = left(merge, upTo, partition);
      long share = all <= LONGEST ? left : (long) Math.ceil((double) left * LONGEST / all);
      part.put(partition, begin(merge, partition) + Math.min(left, share));
    }
    return part;
  }

  private static long left(PartitionMerge merge, SortedMap<Integer, Long> upTo, int partition) {
    long begin = begin(merge, partition);
    return Math.max(0, upTo.getOrDefault(partition, begin) - begin);
  }

  /** Where a stretch begins that follows the present one. */
  private static long begin(PartitionMerge merge, int partition) {
    return Math.max(
        merge.next().getOrDefault(partition, 0L), merge.ends().getOrDefault(partition, 0L));
  }
}
