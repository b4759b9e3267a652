package io.streamdistill.student.source;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a student trains on: targets of teachers of its choice that every view lets through. */
public final class TargetViews {

  private final TeacherChoice choice;
  private final Teachers teachers;
  private final List<TargetView> views;

  /**
   * Puts views one behind the other.
   *
   * @param choice which teachers' targets are trained on
   * @param before the teachers that were met so far
   * @param views of the targets of these, in the order in which they are asked
   */
  public TargetViews(TeacherChoice choice, TeachersSeen before, List<TargetView> views) {
    this.choice = choice;
    this.teachers = new Teachers(choice, before);
    this.views = List.copyOf(views);
    batchEnds();
  }

  /** Why a target is not trained on; null when it is. */
  @Nullable PassedOver passesOver(DecodedTarget target) {
    String teacher = target.target().answer().teacherVersion();
    if (teachers.meet(target.record(), teacher, target.firstVisit()) && choice.isNewest()) {
      views.forEach(view -> view.onlyTeacher(teacher));
    }
    if (!teachers.takes(teacher)) {
      return PassedOver.OTHER_TEACHER;
    }
    for (TargetView view : views) {
      PassedOver why = view.passesOver(target);
      if (why != null) {
        return why;
      }
    }
    return null;
  }

  /** Tells how far the stream has come. */
  void batchEnds() {
    long targets = teachers.eligible();
    views.forEach(view -> view.came(targets));
  }

  /** The teachers that were met, as of now. */
  TeachersSeen teachers() {
    return teachers.snapshot();
  }
}
