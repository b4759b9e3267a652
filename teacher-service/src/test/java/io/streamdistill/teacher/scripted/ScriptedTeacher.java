package io.streamdistill.teacher.scripted;

import io.streamdistill.records.Task;
import io.streamdistill.records.target.Softmax;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherFacts;
import io.streamdistill.teacher.engine.TeacherUnavailableException;
import io.streamdistill.teacher.engine.TeacherVersion;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Class c has the logit of feature c as the teacher sees it, and a quarter of the byte at its place
 * on the wire.
 */
final class ScriptedTeacher implements Teacher {

  private final ScriptedMember member;
  private final Task task;
  private final AtomicInteger calls = new AtomicInteger();

  ScriptedTeacher(ScriptedMember member, Task task) {
    this.member = member;
    this.task = task;
  }

  @Override
  public TeacherFacts facts() {
    return new TeacherFacts(
        task.features().length(),
        task.classes().count(),
        TeacherVersion.hash(List.of("scripted", member.script())),
        0,
        Duration.ofMillis(1));
  }

  @Override
  public Map<Integer, String> score(
      FeatureBatch batch, double temperature, double[][] logProbabilities) {
    int call = calls.incrementAndGet();
    int away = member.awayFor().orElse(0);
    if (call <= away) {
      throw new TeacherUnavailableException(
          "script %s is away at call %d".formatted(member.script(), call), null);
    }
    if (call - away > member.brokenAfter().orElse(Integer.MAX_VALUE)) {
      throw new TeacherException("script %s is broken".formatted(member.script()));
    }
    int length = batch.contract().length();
    FloatBuffer seen = batch.floats(batch.rows());
    ByteBuffer wire = batch.wire(batch.rows());
    for (int row = 0; row < batch.rows(); row++) {
      double[] out = logProbabilities[row];
      for (int c = 0; c < out.length; c++) {
        out[c] = seen.get(row * length + c) + 0.25 * (wire.get(row * length + c) & 0xFF);
      }
      Softmax.logSoftmax(out, temperature);
    }
    return Map.of();
  }

  @Override
  public void close() {}
}
