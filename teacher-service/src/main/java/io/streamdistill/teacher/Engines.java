package io.streamdistill.teacher;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.teacher.engine.EngineWatch;
import io.streamdistill.teacher.engine.EnsembleTeacher;
import io.streamdistill.teacher.engine.EnsembleTeacher.Member;
import io.streamdistill.teacher.engine.OnnxTeacher;
import io.streamdistill.teacher.engine.Opening;
import io.streamdistill.teacher.engine.Teacher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Opens the configured teacher. */
final class Engines {

  private Engines() {}

  /** Opens it, and minds how long that takes. */
  static Teacher open(TeacherConfig config, FeatureContract contract, ClassMap classMap) {
    return minded(config, opening -> open(config, contract, classMap, opening));
  }

  /** Opens one of the members, and minds how long that takes. */
  static Teacher open(
      TeacherConfig config, MemberConfig member, FeatureContract contract, ClassMap classMap) {
    return minded(config, opening -> open(config, member, contract, classMap, opening));
  }

  private static Teacher minded(TeacherConfig config, Function<Opening, Teacher> open) {
    Duration hangAfter = config.limits().hangAfter();
    Opening opening = new Opening(hangAfter, System::nanoTime);
    return opening.run(new EngineWatch(hangAfter, System::nanoTime), () -> open.apply(opening));
  }

  static Teacher open(
      TeacherConfig config, FeatureContract contract, ClassMap classMap, Opening opening) {
    EngineMemory.check(config, contract, classMap);
    List<Member> members = new ArrayList<>();
    try {
      for (MemberConfig member : config.members()) {
        members.add(new Member(open(config, member, contract, classMap, opening), member.weight()));
      }
    } catch (RuntimeException e) {
      members.forEach(member -> member.teacher().close());
      throw e;
    }
    return members.size() == 1
        ? members.get(0).teacher()
        : new EnsembleTeacher(members, config.combination());
  }

  private static Teacher open(
      TeacherConfig config,
      MemberConfig member,
      FeatureContract contract,
      ClassMap classMap,
      Opening opening) {
    int threads =
        config.engineThreads() == 0
            ? Runtime.getRuntime().availableProcessors()
            : config.engineThreads();
    return OnnxTeacher.open(
        member.model(), member.reading(), contract, classMap, config.batchSize(), threads, opening);
  }
}
