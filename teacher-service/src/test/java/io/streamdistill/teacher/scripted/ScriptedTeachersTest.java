package io.streamdistill.teacher.scripted;

import io.streamdistill.records.Task;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.TeacherProvider;
import io.streamdistill.teacher.engine.TeacherProviderContract;

/** A provider that knows nothing of ours but what is public. */
final class ScriptedTeachersTest extends TeacherProviderContract {

  @Override
  protected TeacherProvider<?> provider() {
    return new ScriptedTeachers();
  }

  @Override
  protected String member() {
    return "script: fine";
  }

  @Override
  protected String brokenMember() {
    return "script: broken, broken-after: -1";
  }

  @Override
  protected Task task() {
    return Fixtures.TASK;
  }
}
