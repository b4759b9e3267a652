package io.streamdistill.teacher.scripted;

import static io.streamdistill.config.Require.require;

import io.streamdistill.teacher.engine.TeacherMember;
import java.util.Optional;

/**
 * A member that is a script.
 *
 * @param script its name, part of its version
 * @param awayFor calls at first for which it is away; default 0
 * @param awayAtStart attempts to open a script of that name, at first, for which it is away
 * @param brokenAfter batches that it scores before it is broken for good; default: it never is
 * @param stuck whether it hangs when it is opened, and does not give up; default false
 */
public record ScriptedMember(
    String script,
    double weight,
    Optional<Integer> awayFor,
    Optional<Integer> awayAtStart,
    Optional<Integer> brokenAfter,
    Optional<Boolean> stuck)
    implements TeacherMember {

  /** Validates. */
  public ScriptedMember {
    require(weight > 0, "teacher.members: weight of script %s must be > 0, got %s", script, weight);
  }

  @Override
  public String label() {
    return script;
  }
}
