package io.streamdistill.teacher.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.Combination;
import io.streamdistill.teacher.engine.EnsembleTeacher;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.LinearTeacherContract;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model must show before it scores, and what it may do while it does. */
final class TrialTest {

  private static OnnxTeacher open(String model) {
    return OnnxTeacher.open(
        Fixtures.model(model),
        OutputKind.AUTO,
        Fixtures.CONTRACT,
        3,
        LinearTeacherContract.BATCH,
        1);
  }

  @ParameterizedTest
  @CsvSource({
    "dropout, training mode (dropout)",
    "batch-norm, training mode (batch normalisation)"
  })
  void refusesAModelInTrainingModeWithTheRemedy(String model, String reason) {
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining(model + ".onnx")
        .hasMessageContaining(reason)
        .hasMessageContaining("model.eval()");
  }

  @Test
  void acceptsNoiseOfTheSizeOfRounding() {
    try (OnnxTeacher teacher = open("noise")) {
      assertThat(
              LinearTeacherContract.score(
                  teacher, LinearTeacherContract.batch(List.of(new byte[4])), 1))
          .hasDimensions(1, 3);
    }
  }

  @Test
  void aModelThatRoundsByItsBatchGetsOneRowAtATime() {
    List<byte[]> examples = LinearTeacherContract.examples(LinearTeacherContract.BATCH);
    try (OnnxTeacher teacher = open("dynamically-quantised")) {
      double[][] together =
          LinearTeacherContract.score(teacher, LinearTeacherContract.batch(examples), 1);
      double[][] alone =
          LinearTeacherContract.score(
              teacher, LinearTeacherContract.batch(examples.subList(9, 10)), 1);

      assertThat(alone[0]).isEqualTo(together[9]);
    }
  }

  @Test
  void findsTheRowsThatTheModelFailsOn() {
    List<byte[]> rows = new ArrayList<>();
    for (int row = 0; row < LinearTeacherContract.BATCH; row++) {
      rows.add(new byte[] {(byte) row, 1, 2, (byte) (row % 20 == 7 ? 100 : 99)});
    }
    try (OnnxTeacher teacher = open("table")) {
      double[][] out = new double[rows.size()][3];
      double[][] alone = new double[1][3];

      assertThat(teacher.score(LinearTeacherContract.batch(rows), 1, out))
          .containsOnlyKeys(7, 27, 47)
          .allSatisfy((row, why) -> assertThat(why).contains("table.onnx failed on it"));
      assertThat(teacher.score(LinearTeacherContract.batch(rows.subList(8, 9)), 1, alone))
          .isEmpty();
      assertThat(out[8]).isEqualTo(alone[0]);
      assertThat(teacher.score(LinearTeacherContract.batch(rows.subList(7, 8)), 1, alone))
          .as("all of a batch fail, but the model is alive")
          .containsOnlyKeys(0);
    }
  }

  @Test
  void aRowWithoutANumberLeavesTheOthersAlone() {
    List<byte[]> rows = List.of(new byte[4], new byte[] {-1, 0, 0, 0}, new byte[4]);
    try (OnnxTeacher teacher = open("nan")) {
      double[][] out = new double[3][3];

      assertThat(teacher.score(LinearTeacherContract.batch(rows), 20, out))
          .hasSize(1)
          .hasEntrySatisfying(1, why -> assertThat(why).contains("nan.onnx gave logit NaN"));
      assertThat(out[2]).isEqualTo(out[0]).isEqualTo(scoredAlone(teacher, new byte[4]));
    }
  }

  private static double[] scoredAlone(OnnxTeacher teacher, byte[] features) {
    FeatureBatch batch = new FeatureBatch(Fixtures.CONTRACT, 1);
    batch.add(ByteBuffer.wrap(features));
    return LinearTeacherContract.score(teacher, batch, 20)[0];
  }

  @Test
  void anEnsembleHasNoAnswerWhereAMemberHasNone() {
    List<byte[]> rows = List.of(new byte[4], new byte[] {-1, 0, 0, 0});
    try (Teacher ensemble =
        new EnsembleTeacher(
            List.of(
                new EnsembleTeacher.Member(open("logits"), 1),
                new EnsembleTeacher.Member(open("nan"), 1)),
            Combination.ARITHMETIC)) {
      double[][] out = new double[2][3];

      assertThat(ensemble.score(LinearTeacherContract.batch(rows), 1, out)).containsOnlyKeys(1);
      assertThat(out[0]).isEqualTo(scoredAlone(open("logits"), new byte[4], 1));
    }
  }

  private static double[] scoredAlone(OnnxTeacher teacher, byte[] features, double temperature) {
    try (teacher) {
      return LinearTeacherContract.score(
          teacher, LinearTeacherContract.batch(List.of(features)), temperature)[0];
    }
  }
}
