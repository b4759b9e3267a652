package io.streamdistill.teacher.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.teacher.Fixtures;
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
        Fixtures.model(model), OutputKind.AUTO, Fixtures.CONTRACT, 3, TeacherContract.BATCH, 1);
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
      assertThat(TeacherContract.score(teacher, TeacherContract.batch(List.of(new byte[4])), 1))
          .hasDimensions(1, 3);
    }
  }

  @Test
  void aModelThatRoundsByItsBatchGetsOneRowAtATime() {
    List<byte[]> examples = TeacherContract.examples(TeacherContract.BATCH);
    try (OnnxTeacher teacher = open("dynamically-quantised")) {
      double[][] together = TeacherContract.score(teacher, TeacherContract.batch(examples), 1);
      double[][] alone =
          TeacherContract.score(teacher, TeacherContract.batch(examples.subList(9, 10)), 1);

      assertThat(alone[0]).isEqualTo(together[9]);
    }
  }

  @Test
  void findsTheRowsThatTheModelFailsOn() {
    List<byte[]> rows = new ArrayList<>();
    for (int row = 0; row < TeacherContract.BATCH; row++) {
      rows.add(new byte[] {(byte) row, 1, 2, (byte) (row % 20 == 7 ? 100 : 99)});
    }
    try (OnnxTeacher teacher = open("table")) {
      double[][] out = new double[rows.size()][3];
      double[][] alone = new double[1][3];

      assertThat(teacher.score(TeacherContract.batch(rows), 1, out))
          .containsOnlyKeys(7, 27, 47)
          .allSatisfy((row, why) -> assertThat(why).contains("table.onnx failed on it"));
      assertThat(teacher.score(TeacherContract.batch(rows.subList(8, 9)), 1, alone)).isEmpty();
      assertThat(out[8]).isEqualTo(alone[0]);
      assertThat(teacher.score(TeacherContract.batch(rows.subList(7, 8)), 1, alone))
          .as("all of a batch fail, but the model is alive")
          .containsOnlyKeys(0);
    }
  }

  @Test
  void aRowWithoutANumberLeavesTheOthersAlone() {
    List<byte[]> rows = List.of(new byte[4], new byte[] {-1, 0, 0, 0}, new byte[4]);
    try (OnnxTeacher teacher = open("nan")) {
      double[][] out = new double[3][3];

      assertThat(teacher.score(TeacherContract.batch(rows), 20, out))
          .hasSize(1)
          .hasEntrySatisfying(1, why -> assertThat(why).contains("nan.onnx gave logit NaN"));
      assertThat(out[2]).isEqualTo(out[0]).isEqualTo(scoredAlone(teacher, new byte[4]));
    }
  }

  private static double[] scoredAlone(OnnxTeacher teacher, byte[] features) {
    FeatureBatch batch = new FeatureBatch(Fixtures.CONTRACT, 1);
    batch.add(ByteBuffer.wrap(features));
    return TeacherContract.score(teacher, batch, 20)[0];
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

      assertThat(ensemble.score(TeacherContract.batch(rows), 1, out)).containsOnlyKeys(1);
      assertThat(out[0]).isEqualTo(scoredAlone(open("logits"), new byte[4], 1));
    }
  }

  private static double[] scoredAlone(OnnxTeacher teacher, byte[] features, double temperature) {
    try (teacher) {
      return TeacherContract.score(teacher, TeacherContract.batch(List.of(features)), temperature)[
          0];
    }
  }
}
