package io.streamdistill.student.source;

/** Why a fit example is not trained on. */
public enum PassedOver {
  /** It is one of those that the gate judges on. */
  HELD_OUT("held-out"),
  /** It carries no label, and {@code student.select} wants one. */
  UNLABELLED("unlabelled"),
  /** It is of a teacher that {@code student.teacher-versions} leaves out. */
  OTHER_TEACHER("other-teacher");

  private final String label;

  PassedOver(String label) {
    this.label = label;
  }

  /** The tag of metrics. */
  public String label() {
    return label;
  }
}
