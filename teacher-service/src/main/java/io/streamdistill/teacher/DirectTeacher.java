package io.streamdistill.teacher;

import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.Teacher;
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
   * @throws io.streamdistill.teacher.engine.TeacherException when a model cannot be used
   */
  public static DirectTeacher open(
      TeacherConfig config, FeatureContract contract, ClassMap classMap) {
    return new DirectTeacher(
        Engines.open(config, contract, classMap), new FeatureBatch(contract, config.batchSize()));
  }

  /**
   * Scores any number of rows at T = 1; not thread-safe.
   *
   * @param rows valid features on the wire
   * @param logProbabilities (at least rows, classes) overwritten with natural logarithms
   * @throws io.streamdistill.teacher.engine.TeacherException when an output is not a distribution
   */
  public void score(List<ByteBuffer> rows, double[][] logProbabilities) {
    double[][] part = new double[Math.min(batch.capacity(), rows.size())][];
    for (int from = 0; from < rows.size(); from += batch.capacity()) {
      int count = Math.min(batch.capacity(), rows.size() - from);
      System.arraycopy(logProbabilities, from, part, 0, count);
      batch.clear();
      rows.subList(from, from + count).forEach(batch::add);
      teacher.score(batch, 1, part);
    }
  }

  @Override
  public void close() {
    teacher.close();
  }
}
