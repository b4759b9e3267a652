package io.streamdistill.engine;

import io.streamdistill.records.Target;

/**
 * Rows of one step, in the memory of an engine, which decides what becomes of them there: it may
 * decode them at once, or keep them as they are on the wire. Filled by one thread while the student
 * trains on another batch.
 */
public interface RowBatch {

  /** Most rows. */
  int capacity();

  /**
   * Writes a row. A step over a row with a feature that is not finite has no finite loss.
   *
   * @param row in [0, capacity)
   * @param target as it is on the wire; nothing of it is kept but copies
   * @param logProbabilities what the teacher says, (classes), at the temperature of the target, for
   *     engines that would have to decode it again; left alone
   */
  void put(int row, Target target, double[] logProbabilities);

  /** Copies a row of another batch of the same student, or of this one. */
  void copy(int row, RowBatch from, int fromRow);
}
