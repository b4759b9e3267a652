package io.streamdistill.teacher;

import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
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
    int threads =
        config.engineThreads() == 0
            ? Runtime.getRuntime().availableProcessors()
            : config.engineThreads();
    List<Member> members = new ArrayList<>();
    try {
      for (MemberConfig member : config.members()) {
        Teacher teacher =
            OnnxTeacher.open(
                member.model(),
                member.output(),
                contract,
                classMap.count(),
                config.batchSize(),
                threads);
        members.add(new Member(teacher, member.weight()));
      }
    } catch (RuntimeException e) {
      members.forEach(member -> member.teacher().close());
      throw e;
    }
    return members.size() == 1
        ? members.get(0).teacher()
        : new EnsembleTeacher(members, config.combination());
  }
}
