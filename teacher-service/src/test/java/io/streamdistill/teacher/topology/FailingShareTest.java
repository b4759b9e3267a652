package io.streamdistill.teacher.topology;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.teacher.engine.TeacherException;
import org.junit.jupiter.api.Test;

final class FailingShareTest {

  private final FailingShare share = new FailingShare(0.5);

  @Test
  void fewDecideNothing() {
    assertThatCode(() -> share.add(0, 31, "NaN")).doesNotThrowAnyException();
  }

  @Test
  void mostOfThemAreTheTeachersFault() {
    share.add(10, 0, "");

    assertThatThrownBy(() -> share.add(0, 22, "logit NaN"))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("22 of the newest 32 examples")
        .hasMessageContaining("teacher.limits.max-failing-share (0.5)")
        .hasMessageContaining("logit NaN");
  }

  @Test
  void onlyTheNewestCount() {
    share.add(1000, 0, "");
    share.add(500, 500, "NaN");
    share.add(400, 0, "");

    assertThatCode(() -> share.add(0, 1, "NaN")).doesNotThrowAnyException();
    assertThatThrownBy(() -> share.add(0, 600, "NaN")).isInstanceOf(TeacherException.class);
  }

  @Test
  void aShareOfOneNeverStops() {
    assertThatCode(() -> new FailingShare(1).add(0, 5000, "NaN")).doesNotThrowAnyException();
  }
}
