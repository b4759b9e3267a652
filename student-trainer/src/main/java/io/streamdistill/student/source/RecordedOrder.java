package io.streamdistill.student.source;

import io.streamdistill.student.source.ReadingOrder.Added;
import io.streamdistill.student.source.ReadingOrder.Again;
import io.streamdistill.student.source.ReadingOrder.Closed;
import io.streamdistill.student.source.ReadingOrder.Entry;
import io.streamdistill.student.source.ReadingOrder.PassEnded;
import io.streamdistill.student.source.ReadingOrder.Round;
import io.streamdistill.student.source.ReadingOrder.Stretch;
import io.streamdistill.student.source.ReadingOrder.Taken;
import java.util.LinkedList;
import java.util.List;
import java.util.ListIterator;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Decides as another reader did, whose decisions were written down. */
public final class RecordedOrder implements Course {

  private final LinkedList<Entry> entries;
  private long used; // of the run at the head

  /** Creates the order of a reader that decided so. */
  public RecordedOrder(List<Entry> entries) {
    this.entries = new LinkedList<>(entries);
  }

  /** Whether every decision was taken. */
  public boolean isAtEnd() {
    return entries.isEmpty();
  }

  @Override
  public Turn turn() {
    Entry head = entries.peek();
    if (head instanceof Taken) {
      return Turn.NEW;
    } else if (head instanceof Again) {
      return Turn.AGAIN;
    }
    return head instanceof Closed ? Turn.CLOSE : Turn.NONE;
  }

  @Override
  public @Nullable SortedMap<Integer, Long> nextStretch(PartitionMerge merge) {
    Stretch stretch = next(Stretch.class);
    if (stretch == null) {
      return null;
    }
    SortedMap<Integer, Long> upTo = new TreeMap<>();
    stretch
        .offsets()
        .forEach(
            (partition, offsets) ->
                upTo.put(
                    partition,
                    offsets
                        + Math.max(
                            merge.next().getOrDefault(partition, 0L),
                            merge.ends().getOrDefault(partition, 0L))));
    return upTo;
  }

  /** The partition that is taken in before anything else; null when there is none. */
  @Nullable Added nextAdded() {
    return next(Added.class);
  }

  /** Whether a stretch is at the head, which begins whether the next run needs it or not. */
  boolean beginsStretch() {
    return entries.peek() instanceof Stretch || entries.peek() instanceof Added;
  }

  /** Whether a round begins now. */
  boolean beginsRound() {
    return entries.peek() instanceof Round;
  }

  /** Whether the pass ends now. */
  boolean endsPass() {
    return entries.peek() instanceof PassEnded;
  }

  /** Notes that the decision at the head is carried out: a record of its run, or it alone. */
  void carriedOut() {
    Entry head = entries.peek();
    long length =
        head instanceof Taken taken
            ? taken.records()
            : head instanceof Again again ? again.records() : 1;
    used++;
    if (used >= length) {
      entries.remove();
      used = 0;
    }
  }

  /** Takes out the first of a kind that stands at the head, or behind the run at the head. */
  private <T extends Entry> @Nullable T next(Class<T> kind) {
    ListIterator<Entry> all = entries.listIterator();
    boolean first = true;
    while (all.hasNext()) {
      Entry entry = all.next();
      if (kind.isInstance(entry)) {
        all.remove();
        return kind.cast(entry);
      }
      boolean mayStandBetween =
          entry instanceof Stretch || entry instanceof Added || (first && entry instanceof Taken);
      if (!mayStandBetween) {
        return null;
      }
      first = false;
    }
    return null;
  }
}
