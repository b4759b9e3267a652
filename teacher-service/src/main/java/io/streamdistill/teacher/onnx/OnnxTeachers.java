package io.streamdistill.teacher.onnx;

import io.streamdistill.teacher.engine.Opening;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherProvider;
import io.streamdistill.teacher.engine.TeacherSpec;

/** Models in ONNX files, on ONNX Runtime in this process. */
public final class OnnxTeachers implements TeacherProvider<OnnxMember> {

  @Override
  public String name() {
    return "onnx";
  }

  @Override
  public String key() {
    return "model";
  }

  @Override
  public Class<OnnxMember> settings() {
    return OnnxMember.class;
  }

  @Override
  public Teacher open(OnnxMember member, TeacherSpec spec, Opening opening) {
    return OnnxTeacher.open(member.model(), member.reading(), spec, opening);
  }

  /** Of the file; 0 when there is none, which opening it says. */
  @Override
  public long memoryBytes(OnnxMember member) {
    return member.model().toFile().length();
  }
}
