package io.streamdistill.teacher;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.teacher.engine.EnsembleTeacher;
import io.streamdistill.teacher.engine.EnsembleTeacher.Member;
import io.streamdistill.teacher.engine.OnnxTeacher;
import io.streamdistill.teacher.engine.Teacher;
import java.util.ArrayList;
import java.util.List;

/** Opens the configured teacher. */
final class Engines {

  private Engines() {}

  static Teacher open(TeacherConfig config, FeatureContract contract, ClassMap classMap) {
    EngineMemory.check(config, contract, classMap);
    List<Member> members = new ArrayList<>();
    try {
      for (MemberConfig member : config.members()) {
        members.add(new Member(open(config, member, contract, classMap), member.weight()));
      }
    } catch (RuntimeException e) {
      members.forEach(member -> member.teacher().close());
      throw e;
    }
    return members.size() == 1
        ? members.get(0).teacher()
        : new EnsembleTeacher(members, config.combination());
  }

  /** Opens one of the members. */
  static Teacher open(
      TeacherConfig config, MemberConfig member, FeatureContract contract, ClassMap classMap) {
    int threads =
        config.engineThreads() == 0
            ? Runtime.getRuntime().availableProcessors()
            : config.engineThreads();
    return OnnxTeacher.open(
        member.model(), member.reading(), contract, classMap, config.batchSize(), threads);
  }
}
