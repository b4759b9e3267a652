package io.streamdistill.teacher.topology;

import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherFacts;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives class i the share of feature i; remembers the batches; fails on a first feature of 66; none
 * for 77.
 */
final class SharesTeacher implements Teacher {
  final List<Integer> batches = new ArrayList<>();

  /** How long every batch takes. */
  Duration delay = Duration.ZERO;

  @Override
  public TeacherFacts facts() {
    return new TeacherFacts(4, 3, "shares", 0, delay);
  }

  @Override
  public Map<Integer, String> score(
      FeatureBatch batch, double temperature, double[][] logProbabilities) {
    Map<Integer, String> problems = new HashMap<>();
    batches.add(batch.rows());
    sleep();
    for (int row = 0; row < batch.rows(); row++) {
      ByteBuffer features = batch.row(row);
      if (features.get(features.position()) == 66) {
        throw new TeacherException("66 is no number");
      }
      if (features.get(features.position()) == 77) {
        problems.put(row, "77 has no answer");
      }
      double sum = 0;
      for (int c = 0; c < 3; c++) {
        sum += share(features, c);
      }
      for (int c = 0; c < 3; c++) {
        logProbabilities[row][c] = Math.log(share(features, c) / sum);
      }
    }
    return problems;
  }

  private void sleep() {
    try {
      Thread.sleep(delay.toMillis());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double share(ByteBuffer features, int c) {
    return 1 + (features.get(features.position() + c) & 0xFF);
  }

  @Override
  public void close() {}
}
