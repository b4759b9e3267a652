package io.streamdistill.teacher;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherException;
import java.nio.ByteBuffer;
import java.util.List;

/** The configured teacher, asked directly instead of through Kafka; it answers as the service. */
public final class DirectTeacher implements AutoCloseable {

  private final Teacher teacher;
  private final FeatureBatch batch;

  private DirectTeacher(Teacher teacher, FeatureBatch batch) {
    this.teacher = teacher;
    this.batch = batch;
  }

  /**
   * Opens the models and tries them.
   *
   * @throws TeacherException when a model cannot be used
   * @throws io.streamdistill.teacher.engine.TeacherUnavailableException when one is away
   */
  public static DirectTeacher open(
      TeacherConfig config, FeatureContract contract, ClassMap classMap) {
    Task seen = new Task(config.features().of(contract), classMap);
    return new DirectTeacher(
        Engines.open(config, seen), new FeatureBatch(seen.features(), config.batchSize()));
  }

  /**
   * Scores any number of rows at T = 1; not thread-safe.
   *
   * @param rows valid features on the wire
   * @param logProbabilities (at least rows, classes) overwritten with natural logarithms
   * @throws TeacherException when it has no answer to a row
   * @throws io.streamdistill.teacher.engine.TeacherUnavailableException when it is away
   */
  public void score(List<ByteBuffer> rows, double[][] logProbabilities) {
    double[][] part = new double[Math.min(batch.capacity(), rows.size())][];
    for (int from = 0; from < rows.size(); from += batch.capacity()) {
      int count = Math.min(batch.capacity(), rows.size() - from);
      System.arraycopy(logProbabilities, from, part, 0, count);
      batch.clear();
      rows.subList(from, from + count).forEach(batch::add);
      int first = from;
      teacher
          .score(batch, 1, part)
          .forEach(
              (row, problem) -> {
                throw new TeacherException(
                    "example %d, counted from 0: %s".formatted(first + row, problem));
              });
    }
  }

  @Override
  public void close() {
    teacher.close();
  }
}
