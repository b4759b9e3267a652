package io.streamdistill.teacher.onnx;

import ai.onnxruntime.OrtException;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.HungException;
import java.util.Map;

/**
 * Runs a batch that a model failed on in halves, and those in halves, to find the rows that it
 * fails on. The others get the answers that they have in any company.
 */
record Halves(OnnxRun model, int rowsPerRun, int columns) {

  /**
   * Runs the batch.
   *
   * @param failure of the whole batch
   * @param problems gets an entry for each row that the model fails on
   */
  Answers run(FeatureBatch batch, Exception failure, Map<Integer, String> problems) {
    int rows = batch.rows();
    Answers.Doubles answers = Answers.Doubles.empty(rows, columns);
    if (rows == 1) {
      problems.put(0, described(failure));
    } else {
      run(batch, 0, rows / 2, answers, problems);
      run(batch, rows / 2, rows, answers, problems);
    }
    return answers;
  }

  private void run(
      FeatureBatch batch,
      int from,
      int to,
      Answers.Doubles answers,
      Map<Integer, String> problems) {
    FeatureBatch half = batch.part(from, to, batch.capacity());
    try {
      answers.put(from, model.run(half, to - from, rowsPerRun), to - from);
      half.misfits().forEach((row, why) -> problems.put(from + row, why));
    } catch (HungException e) {
      throw e;
    } catch (OrtException | RuntimeException e) {
      if (to - from == 1) {
        problems.put(from, described(e));
        return;
      }
      int middle = (from + to) / 2;
      run(batch, from, middle, answers, problems);
      run(batch, middle, to, answers, problems);
    }
  }

  private String described(Exception e) {
    return "%s failed on it: %s".formatted(model.model(), e.getMessage());
  }
}
