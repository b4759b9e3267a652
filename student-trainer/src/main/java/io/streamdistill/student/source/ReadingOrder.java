package io.streamdistill.student.source;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was decided while a log was read that does not follow from the log alone, in the order in
 * which it was decided. Whoever decides alike reads the same records into the same batches. Not
 * thread-safe.
 */
public final class ReadingOrder {

  /** One decision, or a run of equal ones. */
  public sealed interface Entry {}

  /**
   * A stretch began where the one before ended.
   *
   * @param offsets how far it reaches, by partition; those without a part in it are left out
   */
  public record Stretch(SortedMap<Integer, Long> offsets) implements Entry {

    /** Copies. */
    public Stretch {
      offsets = new TreeMap<>(offsets);
    }
  }

  /** A partition came to the topic, and was taken in from its first record on. */
  public record Added(int partition, long start) implements Entry {}

  /** So many records were taken that were never taken before in this pass. */
  public record Taken(long records) implements Entry {}

  /** So many records were taken of those that were taken before. */
  public record Again(long records) implements Entry {}

  /**
   * Everything was taken, and a round over what was taken before began, or was found to be none.
   */
  public record Round() implements Entry {}

  /** The present batch was closed before it was full. */
  public record Closed() implements Entry {}

  /** The present pass ended, since the log rested. */
  public record PassEnded() implements Entry {}

  private final List<Entry> entries = new ArrayList<>();
  private int run = -1; // index of the newest entry that is no stretch

  /** Adds a decision; runs are joined. */
  public void add(Entry entry) {
    if (entry instanceof Stretch || entry instanceof Added) {
      entries.add(entry); // where a run needs it can be told, so that it does not end the run
      return;
    }
    Entry last = run < 0 ? null : entries.get(run);
    if (last instanceof Taken before && entry instanceof Taken more) {
      entries.set(run, new Taken(before.records() + more.records()));
    } else if (last instanceof Again before && entry instanceof Again more) {
      entries.set(run, new Again(before.records() + more.records()));
    } else {
      run = entries.size();
      entries.add(entry);
    }
  }

  /** Adds decisions. */
  public void addAll(List<Entry> more) {
    more.forEach(this::add);
  }

  /** Takes all of them out. */
  public List<Entry> drain() {
    List<Entry> drained = List.copyOf(entries);
    entries.clear();
    run = -1;
    return drained;
  }

  /** How many there are. */
  public int size() {
    return entries.size();
  }
}
