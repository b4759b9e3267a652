package io.streamdistill.teacher.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.LinearTeacherContract;
import io.streamdistill.teacher.engine.TeacherException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logits or probabilities: found by random features, and checked by real ones. */
final class KindOfAnswersTest {

  private static final byte[] LARGE = {-1, -1, -1, -1};

  private static OnnxTeacher open(String model, OutputKind kind) {
    return OnnxTeacher.open(
        Fixtures.model(model), kind, Fixtures.CONTRACT, 3, LinearTeacherContract.BATCH, 1);
  }

  private static FeatureBatch large(int rows) {
    return LinearTeacherContract.batch(Collections.nCopies(rows, LARGE));
  }

  /** Random features mislead; the message's remedy is followed word for word. */
  @ParameterizedTest
  @CsvSource({
    "logits-where-large, LOGITS, no distributions",
    "probabilities-where-large, PROBABILITIES, are distributions"
  })
  void refusesAnswersOfTheOtherKindAndTheRemedyWorks(
      String model, OutputKind remedy, String found) {
    try (OnnxTeacher teacher = open(model, OutputKind.AUTO)) {
      assertThatThrownBy(() -> LinearTeacherContract.score(teacher, large(32), 1))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining(found)
          .hasMessageEndingWith(
              "set the member's output to " + remedy.name().toLowerCase(java.util.Locale.ROOT));
    }
    try (OnnxTeacher teacher = open(model, remedy)) {
      assertThat(LinearTeacherContract.score(teacher, large(5), 1)[4])
          .containsExactly(LinearTeacherContract.expected(LARGE, 1), within(1e-5));
    }
  }

  @Test
  void fewOddRowsAmongManyAreNoOtherKind() {
    List<byte[]> rows = LinearTeacherContract.examples(LinearTeacherContract.BATCH - 1);
    rows.add(LARGE);
    try (OnnxTeacher teacher = open("logits-where-large", OutputKind.AUTO)) {
      double[][] out = new double[rows.size()][3];

      assertThat(teacher.score(LinearTeacherContract.batch(rows), 1, out))
          .containsOnlyKeys(rows.size() - 1);
    }
  }

  @Test
  void singleSigmoidsAreLogitsWithAWarning() {
    Answers answers = new Answers.Doubles(filled(48, 0.7), 3);

    assertThat(KindOfAnswers.areProbabilities("m", OutputKind.AUTO, answers, 16)).isFalse();
  }

  @Test
  void halfPrecisionMaySumToALittleMore() {
    Answers answers = new Answers.Doubles(filled(300, 0.3366), 3);

    assertThat(KindOfAnswers.areProbabilities("m", OutputKind.AUTO, answers, 100)).isTrue();
  }

  private static double[] filled(int count, double value) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    return values;
  }
}
