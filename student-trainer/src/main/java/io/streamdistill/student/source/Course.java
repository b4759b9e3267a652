package io.streamdistill.student.source;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the log leaves open: how far the next stretch of it reaches, and whether new records
 * or earlier ones are taken, or the batch is closed. A live reader decides by what is there, a
 * recorded order says what one has decided.
 */
interface Course {

  /** What a reader may do next. */
  enum Turn {
    /** Take a record that was not taken before in this pass, as soon as there is one. */
    NEW,
    /** Take an earlier record. */
    AGAIN,
    /** Close the batch, which is not full. */
    CLOSE,
    /** Nothing: a recorded order is at its end. */
    NONE,
    /** Whatever is there: new records first. */
    ANY
  }

  /** What may be done next. */
  Turn turn();

  /** Notes that it was done. */
  default void carriedOut() {}

  /**
   * How far the next stretch reaches, the present one being over.
   *
   * @return where it ends, by partition; null when that cannot be said yet
   */
  @Nullable SortedMap<Integer, Long> nextStretch(PartitionMerge merge);
}
