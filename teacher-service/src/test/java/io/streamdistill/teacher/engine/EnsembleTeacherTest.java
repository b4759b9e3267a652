package io.streamdistill.teacher.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.records.target.Softmax;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.EnsembleTeacher.Member;
import io.streamdistill.teacher.onnx.OnnxTeacher;
import io.streamdistill.teacher.onnx.OutputKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EnsembleTeacherTest extends LinearTeacherContract {

  /** A member that gives every row the same logits. */
  private record Constant(List<Double> logits) implements Teacher {
    @Override
    public TeacherFacts facts() {
      return new TeacherFacts(4, logits.size(), logits.toString(), 0, Duration.ZERO);
    }

    @Override
    public Map<Integer, String> score(
        FeatureBatch batch, double temperature, double[][] logProbabilities) {
      for (int row = 0; row < batch.rows(); row++) {
        for (int c = 0; c < logits.size(); c++) {
          logProbabilities[row][c] = logits.get(c);
        }
        Softmax.logSoftmax(logProbabilities[row], temperature);
      }
      return Map.of();
    }

    @Override
    public void close() {}
  }

  private static final Teacher A = new Constant(List.of(6.0, 0.0, -3.0));
  private static final Teacher B = new Constant(List.of(-1.0, 2.0, 4.0));

  /** Members of equal opinion: their mean is theirs. */
  @Override
  protected Teacher open() {
    List<Member> members = new ArrayList<>();
    for (String model : List.of("logits", "probabilities", "bytes")) {
      members.add(
          new Member(
              OnnxTeacher.open(
                  Fixtures.model(model), OutputKind.AUTO, Fixtures.CONTRACT, 3, BATCH, 1),
              members.size() + 1));
    }
    return new EnsembleTeacher(members, Combination.ARITHMETIC);
  }

  private static double[] mean(Combination combination, double weightA, double weightB, double t) {
    Teacher ensemble =
        new EnsembleTeacher(List.of(new Member(A, weightA), new Member(B, weightB)), combination);
    return score(ensemble, batch(examples(1)), t)[0];
  }

  private static double[] softmax(double temperature, double... logits) {
    Softmax.logSoftmax(logits, temperature);
    for (int c = 0; c < logits.length; c++) {
      logits[c] = Math.exp(logits[c]);
    }
    return logits;
  }

  @Test
  void arithmeticMeanIsThatOfTheDistributionsAtTheTemperature() {
    for (double t : new double[] {1, 5, 20}) {
      double[] a = softmax(t, 6, 0, -3);
      double[] b = softmax(t, -1, 2, 4);

      double[] mean = mean(Combination.ARITHMETIC, 3, 1, t);

      for (int c = 0; c < 3; c++) {
        assertThat(Math.exp(mean[c])).isCloseTo(0.75 * a[c] + 0.25 * b[c], within(1e-12));
      }
    }
  }

  @Test
  void geometricMeanIsTheSoftmaxOfTheMeanLogits() {
    for (double t : new double[] {1, 5, 20}) {
      double[] expected =
          softmax(t, 0.75 * 6 + 0.25 * -1, 0.75 * 0 + 0.25 * 2, 0.75 * -3 + 0.25 * 4);

      double[] mean = mean(Combination.GEOMETRIC, 3, 1, t);

      for (int c = 0; c < 3; c++) {
        assertThat(Math.exp(mean[c])).isCloseTo(expected[c], within(1e-12));
      }
    }
  }

  @Test
  void onlyTheProportionOfWeightsCounts() {
    for (Combination combination : Combination.values()) {
      assertThat(mean(combination, 1, 3, 20))
          .containsExactly(mean(combination, 10, 30, 20), within(1e-12));
    }
  }

  @Test
  void refusesMembersThatDoNotAgreeOnTheClasses() {
    Teacher two = new Constant(List.of(1.0, 2.0));
    assertThatThrownBy(
            () ->
                new EnsembleTeacher(
                    List.of(new Member(A, 1), new Member(two, 1)), Combination.ARITHMETIC))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("[3, 2]");
  }
}
