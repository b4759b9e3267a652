package io.streamdistill.student.source;

import io.streamdistill.student.source.ReadingOrder.Added;
import io.streamdistill.student.source.ReadingOrder.Again;
import io.streamdistill.student.source.ReadingOrder.Closed;
import io.streamdistill.student.source.ReadingOrder.Entry;
import io.streamdistill.student.source.ReadingOrder.PassEnded;
import io.streamdistill.student.source.ReadingOrder.Round;
import io.streamdistill.student.source.ReadingOrder.Stretch;
import io.streamdistill.student.source.ReadingOrder.Taken;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Decides as another reader did, whose decisions were written down. */
public final class RecordedOrder implements Course {

  /** A decision, and where it stands among all. */
  private record Place(long number, Entry entry) {}

  private final ArrayDeque<Place> choices = new ArrayDeque<>(); // of records, batches and passes
  private final ArrayDeque<Place> stretches = new ArrayDeque<>(); // and partitions that came
  private long used; // of the run at the head

  /** Creates the order of a reader that decided so. */
  public RecordedOrder(List<Entry> entries) {
    long number = 0;
    for (Entry entry : entries) {
      boolean ofTheLog = entry instanceof Stretch || entry instanceof Added;
      (ofTheLog ? stretches : choices).add(new Place(number++, entry));
    }
  }

  /** Whether every decision was taken. */
  public boolean isAtEnd() {
    return choices.isEmpty() && stretches.isEmpty();
  }

  private @Nullable Entry head() {
    Place head = choices.peek();
    return head == null ? null : head.entry();
  }

  @Override
  public Turn turn() {
    Entry head = head();
    if (head instanceof Taken) {
      return Turn.NEW;
    } else if (head instanceof Again) {
      return Turn.AGAIN;
    }
    return head instanceof Closed ? Turn.CLOSE : Turn.NONE;
  }

  @Override
  public @Nullable SortedMap<Integer, Long> nextStretch(PartitionMerge merge) {
    if (!(nextOfTheLog() instanceof Stretch stretch)) {
      return null;
    }
    stretches.remove();
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
    if (!(nextOfTheLog() instanceof Added added)) {
      return null;
    }
    stretches.remove();
    return added;
  }

  /** Whether a stretch is at the head, which begins whether the next run needs it or not. */
  boolean beginsStretch() {
    Place first = stretches.peek();
    Place head = choices.peek();
    return first != null && (head == null || first.number() < head.number());
  }

  /** Whether a round begins now. */
  boolean beginsRound() {
    return head() instanceof Round;
  }

  /** Whether the pass ends now. */
  boolean endsPass() {
    return head() instanceof PassEnded;
  }

  /** Notes that the decision at the head is carried out: a record of its run, or it alone. */
  @Override
  public void carriedOut() {
    Entry head = head();
    long length =
        head instanceof Taken taken
            ? taken.records()
            : head instanceof Again again ? again.records() : 1;
    used++;
    if (used >= length) {
      choices.remove();
      used = 0;
    }
  }

  /** The first that stands before the next choice, or behind the run at the head. */
  private @Nullable Entry nextOfTheLog() {
    Place first = stretches.peek();
    if (first == null) {
      return null;
    }
    Iterator<Place> next = choices.iterator();
    Place bound = next.hasNext() ? next.next() : null;
    if (bound != null && bound.entry() instanceof Taken) {
      bound = next.hasNext() ? next.next() : null;
    }
    return bound == null || first.number() < bound.number() ? first.entry() : null;
  }
}
