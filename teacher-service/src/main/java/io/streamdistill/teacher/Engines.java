package io.streamdistill.teacher;

import io.streamdistill.records.Task;
import io.streamdistill.teacher.engine.EngineWatch;
import io.streamdistill.teacher.engine.EnsembleTeacher;
import io.streamdistill.teacher.engine.EnsembleTeacher.Member;
import io.streamdistill.teacher.engine.Opening;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherMember;
import io.streamdistill.teacher.engine.TeacherProviders;
import io.streamdistill.teacher.engine.TeacherSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Opens the configured teacher, for a task with what the teacher sees of its features. */
final class Engines {

  private Engines() {}

  /** Opens it, and minds how long that takes. */
  static Teacher open(TeacherConfig config, Task task) {
    return minded(config, opening -> open(config, task, opening));
  }

  /** Opens one of the members, and minds how long that takes. */
  static Teacher open(TeacherConfig config, TeacherMember member, Task task) {
    return minded(config, opening -> TeacherProviders.open(member, spec(config, task), opening));
  }

  private static Teacher minded(TeacherConfig config, Function<Opening, Teacher> open) {
    Duration hangAfter = config.limits().hangAfter();
    Opening opening = new Opening(hangAfter, System::nanoTime);
    return opening.run(new EngineWatch(hangAfter, System::nanoTime), () -> open.apply(opening));
  }

  static Teacher open(TeacherConfig config, Task task, Opening opening) {
    EngineMemory.check(config, task);
    TeacherSpec spec = spec(config, task);
    List<Member> members = new ArrayList<>();
    try {
      for (TeacherMember member : config.members()) {
        members.add(new Member(TeacherProviders.open(member, spec, opening), member.weight()));
      }
    } catch (RuntimeException e) {
      members.forEach(member -> member.teacher().close());
      throw e;
    }
    return members.size() == 1
        ? members.get(0).teacher()
        : new EnsembleTeacher(members, config.combination());
  }

  private static TeacherSpec spec(TeacherConfig config, Task task) {
    int threads =
        config.engineThreads() == 0
            ? Runtime.getRuntime().availableProcessors()
            : config.engineThreads();
    return new TeacherSpec(task, config.batchSize(), threads);
  }
}
