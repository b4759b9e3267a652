package io.streamdistill.teacher;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherMember;
import io.streamdistill.teacher.engine.TeacherUnavailableException;
import java.util.ArrayList;
import java.util.List;

/** Whether the models that a configuration names are there, and fit features and classes. */
public final class TeacherFiles {

  private TeacherFiles() {}

  /** What is wrong, a message per model; each is loaded and tried as the service would do it. */
  public static List<String> problems(
      TeacherConfig config, FeatureContract contract, ClassMap classes) {
    List<String> problems = new ArrayList<>();
    Task seen = new Task(config.features().of(contract), classes);
    for (TeacherMember member : config.members()) {
      try {
        Engines.open(config, member, seen).close();
      } catch (TeacherException | TeacherUnavailableException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    return problems;
  }
}
