package io.streamdistill.teacher.onnx;

import io.streamdistill.records.Task;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.TeacherProvider;
import io.streamdistill.teacher.engine.TeacherProviderContract;

final class OnnxTeachersTest extends TeacherProviderContract {

  @Override
  protected TeacherProvider<?> provider() {
    return new OnnxTeachers();
  }

  @Override
  protected String member() {
    return "model: " + Fixtures.model("logits");
  }

  @Override
  protected String brokenMember() {
    return "model: " + Fixtures.model("missing");
  }

  @Override
  protected Task task() {
    return Fixtures.TASK;
  }
}
