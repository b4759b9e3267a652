package io.streamdistill.student.loop;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.TrainableStudent;
import java.util.ArrayList;
import java.util.List;

/** Finds the records of a batch whose loss alone is no number, and takes them out of it. */
final class PoisonRows {

  private PoisonRows() {}

  /**
   * Leaves the other records at the start of the batch, in their order.
   *
   * @param count rows of the batch
   * @return the rows that were taken out
   */
  static List<Integer> takeOut(TrainableStudent student, RowBatch rows, int count) {
    RowBatch alone = student.newBatch();
    List<Integer> poison = new ArrayList<>();
    int kept = 0;
    for (int row = 0; row < count; row++) {
      alone.copy(0, rows, row);
      if (student.evaluate(alone, 1).isFinite()) {
        rows.copy(kept++, rows, row);
      } else {
        poison.add(row);
      }
    }
    return poison;
  }
}
