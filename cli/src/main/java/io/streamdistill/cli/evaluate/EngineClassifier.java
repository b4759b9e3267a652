package io.streamdistill.cli.evaluate;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.teacher.DirectTeacher;
import io.streamdistill.teacher.TeacherConfig;
import io.streamdistill.teacher.engine.TeacherException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongSupplier;

/** Any model, or ensemble, that the teacher-service takes, run as it runs it. */
final class EngineClassifier implements Classifier {

  private final DirectTeacher teacher;

  private EngineClassifier(DirectTeacher teacher) {
    this.teacher = teacher;
  }

  static EngineClassifier open(TeacherConfig config, FeatureContract features, ClassMap classes) {
    return new EngineClassifier(DirectTeacher.open(config, features, classes));
  }

  @Override
  public void score(List<ByteBuffer> rows, double[][] logProbabilities) {
    try {
      teacher.score(rows, logProbabilities);
    } catch (TeacherException e) {
      throw new EvaluationException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public double millis(List<ByteBuffer> rows, int classes, LongSupplier nanoTime) {
    double[][] out = new double[rows.size()][classes];
    return Classifier.medianMillis(() -> score(rows, out), nanoTime);
  }

  @Override
  public void close() {
    teacher.close();
  }
}
