package io.streamdistill.teacher.engine;

import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A teacher whose batches are watched. A batch that hung is scored row by row, so that a row that
 * the model never comes back from is a problem of that row alone.
 */
public record WatchedTeacher(Teacher teacher, EngineWatch watch) implements Teacher {

  private static final Logger log = LoggerFactory.getLogger(WatchedTeacher.class);

  /** So many rows of a batch that hang each for themselves are the model's fault. */
  private static final int TOO_MANY = 3;

  @Override
  public TeacherFacts facts() {
    return teacher.facts();
  }

  @Override
  public Map<Integer, String> score(
      FeatureBatch batch, double temperature, double[][] logProbabilities) {
    try {
      return inside(batch, temperature, logProbabilities);
    } catch (HungException e) {
      if (watch.isEnding()) { // nobody waits for single rows of it
        throw e;
      }
      if (batch.rows() > 1) {
        log.warn(
            "A batch of {} rows hung: {}; scoring it row by row", batch.rows(), e.getMessage());
      }
      return rowByRow(batch, temperature, logProbabilities);
    }
  }

  private Map<Integer, String> inside(
      FeatureBatch batch, double temperature, double[][] logProbabilities) {
    return watch.inside(batch.rows(), () -> teacher.score(batch, temperature, logProbabilities));
  }

  private Map<Integer, String> rowByRow(
      FeatureBatch batch, double temperature, double[][] logProbabilities) {
    Map<Integer, String> problems = new TreeMap<>();
    int hung = 0;
    for (int row = 0; row < batch.rows(); row++) {
      double[][] answer = {logProbabilities[row]};
      FeatureBatch alone = batch.part(row, row + 1, batch.capacity());
      try {
        String problem = inside(alone, temperature, answer).get(0);
        if (problem != null) {
          problems.put(row, problem);
        }
      } catch (HungException e) {
        if (++hung == TOO_MANY || watch.isEnding()) {
          throw e;
        }
        problems.put(row, e.getMessage());
      }
    }
    return problems;
  }

  @Override
  public void interrupt(Thread scoring) {
    teacher.interrupt(scoring);
  }

  @Override
  public void close() {
    teacher.close();
  }
}
