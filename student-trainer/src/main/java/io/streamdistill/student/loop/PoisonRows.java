package io.streamdistill.student.loop;

import io.streamdistill.student.objective.TargetBatch;
import io.streamdistill.student.step.StudentStep;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Finds the records of a batch whose loss alone is no number, and takes them out of it. */
final class PoisonRows {

  private PoisonRows() {}

  /**
   * Leaves the other records at the start of the step's input and targets, in their order.
   *
   * @param rows records of the batch, as the step has them
   * @return the rows that were taken out
   */
  static List<Integer> takeOut(StudentStep step, int rows) {
    int features = step.features();
    FloatBuffer input = step.input();
    float[] inputs = new float[rows * features]; // (rows, features)
    input.get(0, inputs);
    TargetBatch all = new TargetBatch(rows, step.classes());
    all.copyFrom(step.targets(), rows);
    List<Integer> poison = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      put(step, 0, inputs, all, row);
      (step.evaluate(1).isFinite() ? kept : poison).add(row);
    }
    for (int to = 0; to < kept.size(); to++) {
      put(step, to, inputs, all, kept.get(to));
    }
    return poison;
  }

  private static void put(StudentStep step, int to, float[] inputs, TargetBatch all, int from) {
    int features = step.features();
    step.input().put(to * features, inputs, from * features, features);
    step.targets().copyRow(to, all, from);
  }
}
