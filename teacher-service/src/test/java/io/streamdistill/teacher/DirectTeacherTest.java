package io.streamdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.teacher.engine.TeacherException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DirectTeacherTest {

  private static final ByteBuffer FIT = ByteBuffer.allocate(Fixtures.FEATURES);

  @Test
  void scoresMoreRowsThanABatchHas() {
    try (DirectTeacher teacher =
        DirectTeacher.open(Fixtures.config("logits"), Fixtures.CONTRACT, Fixtures.CLASSES)) {
      double[][] out = new double[40][3];

      teacher.score(Collections.nCopies(40, FIT), out);

      assertThat(out[39]).isEqualTo(out[0]);
      assertThat(Math.exp(out[0][0]) + Math.exp(out[0][1]) + Math.exp(out[0][2]))
          .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-9));
    }
  }

  @Test
  void namesTheRowThatTheTeacherHasNoAnswerTo() {
    try (DirectTeacher teacher =
        DirectTeacher.open(Fixtures.config("nan"), Fixtures.CONTRACT, Fixtures.CLASSES)) {
      List<ByteBuffer> rows = new java.util.ArrayList<>(Collections.nCopies(20, FIT));
      rows.set(17, ByteBuffer.wrap(new byte[] {-1, 0, 0, 0}));

      assertThatThrownBy(() -> teacher.score(rows, new double[20][3]))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("example 17")
          .hasMessageContaining("NaN");
    }
  }
}
