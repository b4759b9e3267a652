package io.streamdistill.student.source;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The stretches of the log, one after the other, as a {@link Course} has them: begun, and written
 * down.
 */
final class Stretches {

  /** Takes a partition in. */
  @FunctionalInterface
  interface Growth {
    void addPartition(int partition, long start);
  }

  private final PartitionMerge merge;
  private final Course course;
  private final ReadingOrder order;
  private final Growth growth;

  Stretches(PartitionMerge merge, Course course, ReadingOrder order, Growth growth) {
    this.merge = merge;
    this.course = course;
    this.order = order;
    this.growth = growth;
  }

  /** Goes on to the next stretch when the present one is over; returns whether there is one. */
  boolean begin() {
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
    begin(upTo);
    return true;
  }

  void begin(SortedMap<Integer, Long> upTo) {
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

  /**
   * Carries out what a recorded order has before the next record.
   *
   * @return whether the pass ends here
   */
  boolean follow(RecordedOrder recorded, EarlierRecords earlier) {
    while (true) {
      if (recorded.beginsStretch()) {
        ReadingOrder.Added added = recorded.nextAdded();
        if (added != null) { // by itself: the stretch behind it may be for later
          growth.addPartition(added.partition(), added.start());
          continue;
        }
        SortedMap<Integer, Long> upTo = recorded.nextStretch(merge);
        if (upTo != null) {
          begin(upTo);
        }
      } else if (recorded.beginsRound()) {
        earlier.beginRecorded(merge.next());
        recorded.carriedOut();
      } else {
        return recorded.endsPass();
      }
    }
  }

  private void addRecorded(RecordedOrder recorded) {
    for (var added = recorded.nextAdded(); added != null; added = recorded.nextAdded()) {
      growth.addPartition(added.partition(), added.start());
    }
  }
}
