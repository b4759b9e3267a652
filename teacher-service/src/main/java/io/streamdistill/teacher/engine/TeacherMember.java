package io.streamdistill.teacher.engine;

import io.streamdistill.config.OneOf;

/**
 * What the keys of a member of the teacher say. Implemented by the record of its {@link
 * TeacherProvider}, whose key the member has.
 */
@OneOf(TeacherProviders.class)
public interface TeacherMember {

  /** Weight among the members, finite and > 0, no unit; default 1. */
  double weight();

  /** What people know it by: a path, or an address without secrets. */
  String label();
}
