package io.streamdistill.teacher.scripted;

import io.streamdistill.teacher.engine.Opening;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherProvider;
import io.streamdistill.teacher.engine.TeacherSpec;
import io.streamdistill.teacher.engine.TeacherUnavailableException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Teachers that fail as their member's keys say; found as one from another jar would be. */
public final class ScriptedTeachers implements TeacherProvider<ScriptedMember> {

  private static final Map<String, Integer> OPENED = new ConcurrentHashMap<>();

  private static final CountDownLatch HELD = new CountDownLatch(1);

  /** Ends what is stuck. */
  public static void letGo() {
    HELD.countDown();
  }

  private static Teacher stuck(ScriptedMember member, TeacherSpec spec) {
    try {
      HELD.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new ScriptedTeacher(member, spec.task());
  }

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public String key() {
    return "script";
  }

  @Override
  public Class<ScriptedMember> settings() {
    return ScriptedMember.class;
  }

  @Override
  public Teacher open(ScriptedMember member, TeacherSpec spec, Opening opening) {
    if (member.brokenAfter().orElse(1) < 0) {
      throw new TeacherException("script %s is broken".formatted(member.script()));
    }
    if (member.stuck().orElse(false)) {
      return opening.tries(member.script(), 1, () -> {}, () -> stuck(member, spec));
    }
    int attempts = OPENED.merge(member.script(), 1, Integer::sum);
    if (attempts <= member.awayAtStart().orElse(0)) {
      throw new TeacherUnavailableException(
          "script %s is away at attempt %d".formatted(member.script(), attempts), null);
    }
    return new ScriptedTeacher(member, spec.task());
  }
}
