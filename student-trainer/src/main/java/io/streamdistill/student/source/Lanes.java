package io.streamdistill.student.source;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that have a part in a stretch, the one first of which the least share is taken,
 * and of equals the one with the lowest number.
 */
final class Lanes {

  private record Lane(int partition, double done) {}

  private final PriorityQueue<Lane> lanes =
      new PriorityQueue<>(Comparator.comparingDouble(Lane::done).thenComparingInt(Lane::partition));

  /**
   * Adds a partition, unless nothing of its part is left.
   *
   * @param from offset at which its part begins
   * @param next offset to be taken next
   * @param end offset at which its part ends
   */
  void add(int partition, long from, long next, long end) {
    if (next < end) {
      lanes.add(new Lane(partition, (double) (next - from) / (end - from)));
    }
  }

  /** The first; null when there is none. */
  @Nullable Integer peek() {
    Lane first = lanes.peek();
    return first == null ? null : first.partition();
  }

  /** Takes the first out. */
  void remove() {
    lanes.remove();
  }

  void clear() {
    lanes.clear();
  }
}
