package io.streamdistill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.engine.objective.ObjectiveConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link TrainableStudent} promises. */
public abstract class TrainableStudentContract extends StudentRowsContract {

  public static List<OptimizerConfig> optimizers() {
    return List.of(OptimizerConfig.sgd(), OptimizerConfig.nesterov(), OptimizerConfig.adam());
  }

  public static List<OptimizerConfig> decayingOptimizers() {
    return List.of(
        new OptimizerConfig.Sgd(0.5),
        new OptimizerConfig.Nesterov(0.9, 0.5),
        new OptimizerConfig.Adam(0.9, 0.999, 1e-8, 0.5));
  }

  static List<Arguments> optimizersAndScales() {
    return List.of(0.01, 100.0).stream()
        .flatMap(
            scale -> decayingOptimizers().stream().map(optimizer -> Arguments.of(optimizer, scale)))
        .toList();
  }

  /** A teacher that says the same louder, or more softly, is learned in the same way. */
  @ParameterizedTest
  @MethodSource("optimizersAndScales")
  void scaleOfTheTeachersLogitsChangesNothingButTheirUnit(OptimizerConfig optimizer, double scale) {
    ObjectiveConfig unit = new DistillationConfig(4, 0, 1, 1, 0, 10);
    ObjectiveConfig scaled = new DistillationConfig(4 * scale, 0, scale, 1, 0, 10);
    try (Pupil one = pupil(optimizer, unit, BATCH, 1);
        Pupil other = pupil(optimizer, scaled, BATCH, 1)) {
      ToyTask task = ToyTask.of(one, 7); // the distribution at 4 and 4 times scale is the same
      for (int i = 0; i < 20; i++) {
        BatchLoss expected = task.train(one, learningRate(optimizer));
        BatchLoss found = task.train(other, learningRate(optimizer));
        assertThat(found.meanExcess() / (scale * scale))
            .isCloseTo(expected.meanExcess(), withinPercentage(2));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void learningReducesTheLoss(OptimizerConfig optimizer) {
    try (Pupil pupil = pupil(optimizer, BATCH, 1)) {
      ToyTask task = ToyTask.of(pupil, 7);
      BatchLoss first = task.train(pupil, learningRate(optimizer));
      for (int i = 0; i < 150; i++) {
        task.train(pupil, learningRate(optimizer));
      }

      BatchLoss last = task.evaluate(pupil, 0);

      // The entropy of the teacher is part of the loss, so the divergence is what can vanish.
      assertThat(last.meanDivergence()).isLessThan(0.5 * first.meanDivergence());
      assertThat(last.total()).isLessThan(first.total());
      assertThat(pupil.student().steps()).isEqualTo(151);
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void restoredStudentContinuesBitForBit(OptimizerConfig optimizer) {
    // Given a student that was saved after 5 steps and went on for 5 more
    StudentSnapshot saved;
    Map<String, List<Float>> expected;
    List<Float> expectedState;
    try (Pupil pupil = pupil(optimizer, BATCH, 1)) {
      train(pupil, 0, 5, optimizer);
      saved = pupil.snapshot();
      train(pupil, 5, 10, optimizer);
      expected = pupil.weights();
      expectedState = pupil.optimizerState();
    }

    // When another one, which has come elsewhere, takes over
    try (Pupil pupil = pupil(optimizer, BATCH, 1)) {
      train(pupil, 20, 23, optimizer);
      pupil.restore(saved);
      train(pupil, 5, 10, optimizer);

      assertThat(pupil.weights()).isEqualTo(expected);
      assertThat(pupil.optimizerState()).isEqualTo(expectedState);
      assertThat(pupil.student().steps()).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void snapshotStaysAsItWasTaken(OptimizerConfig optimizer) {
    try (Pupil pupil = pupil(optimizer, BATCH, 1)) {
      train(pupil, 0, 3, optimizer);
      Map<String, List<Float>> then = pupil.weights();
      StudentSnapshot snapshot = pupil.snapshot();

      train(pupil, 3, 6, optimizer);
      pupil.restore(snapshot);

      assertThat(snapshot.optimizerSteps()).isEqualTo(3);
      assertThat(snapshot.notFinite()).isNull();
      assertThat(pupil.weights()).isEqualTo(then).hasSameSizeAs(pupil.student().shapes());
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void beginningWithWeightsIsBeginningWithoutAnOptimizersState(OptimizerConfig optimizer) {
    try (Pupil pupil = pupil(optimizer, BATCH, 1);
        Pupil fresh = pupil(optimizer, BATCH, 1)) {
      StudentSnapshot first = fresh.snapshot();
      train(pupil, 0, 3, optimizer);

      pupil.student().begin(first.weights());

      assertThat(pupil.student().steps()).isZero();
      train(pupil, 0, 3, optimizer);
      train(fresh, 0, 3, optimizer);
      assertThat(pupil.weights()).isEqualTo(fresh.weights());
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void sameSeedGivesTheSameBits(OptimizerConfig optimizer) {
    try (Pupil one = pupil(optimizer, BATCH, 3);
        Pupil other = pupil(optimizer, BATCH, 3)) {
      train(one, 0, 10, optimizer);
      train(other, 0, 10, optimizer);

      assertThat(one.weights()).isEqualTo(other.weights());
      assertThat(one.optimizerState()).isEqualTo(other.optimizerState());
    }
  }

  /** Beside the update of the optimizer without decay, which the first step shows alone. */
  @ParameterizedTest
  @MethodSource("decayingOptimizers")
  void weightDecayTakesItsShareOffWeightsAndNothingOffBiases(OptimizerConfig decaying) {
    OptimizerConfig plain =
        optimizers().stream()
            .filter(other -> other.label().equals(decaying.label()))
            .findAny()
            .orElseThrow();
    double rate = 0.01;
    try (Pupil pupil = pupil(decaying, BATCH, 1);
        Pupil undecayed = pupil(plain, BATCH, 1)) {
      ToyTask task = ToyTask.of(pupil, 7);
      Map<String, List<Float>> before = pupil.weights();

      task.train(pupil, rate);
      task.train(undecayed, rate);

      Map<String, List<Float>> after = undecayed.weights();
      pupil
          .weights()
          .forEach(
              (name, values) -> {
                double share = name.endsWith("_W") ? rate * 0.5 : 0;
                for (int i = 0; i < values.size(); i++) {
                  double decay = at(before, name).get(i) * share;
                  double difference = at(after, name).get(i) - decay - values.get(i);
                  assertThat(Math.abs(difference)).as(name).isLessThan(2e-7);
                }
              });
    }
  }

  @Test
  void evaluationLearnsNothingAndAgreesWithTheStudentsAnswers() {
    try (Pupil pupil = pupil(OptimizerConfig.adam(), BATCH, 1)) {
      ToyTask task = ToyTask.of(pupil, 7);
      task.train(pupil, 0.01);
      Map<String, List<Float>> weights = pupil.weights();

      BatchLoss loss = task.evaluate(pupil, 1);

      float[][] rows =
          IntStream.range(0, BATCH).mapToObj(i -> task.features(1, i)).toArray(float[][]::new);
      Answers answers = pupil.answers(rows);
      int agreements = 0;
      for (int i = 0; i < BATCH; i++) {
        agreements += largest(answers.logits(), i * CLASSES) == task.answer(1, i) ? 1 : 0;
      }
      assertThat(loss.judged().agreements()).isEqualTo(agreements);
      assertThat(pupil.weights()).isEqualTo(weights);
      assertThat(pupil.student().steps()).isEqualTo(1);
    }
  }

  @Test
  void stateOfAnotherStudentIsRefused() {
    try (Pupil pupil = pupil(OptimizerConfig.adam(), BATCH, 1)) {
      StudentSnapshot own = pupil.snapshot();
      Map<String, Weight> others = new TreeMap<>(own.weights());
      others.put("0_b", new Weight(List.of(1L, 3L), new float[3]));
      Map<String, List<Float>> weights = pupil.weights();

      assertThatThrownBy(() -> pupil.student().restore(others, own.optimizerState(), 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0_b=[1, 3]");
      assertThatThrownBy(() -> pupil.student().begin(others))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0_b=[1, 3]");
      assertThatThrownBy(() -> pupil.student().restore(own.weights(), new float[1], 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("optimizer state: got 1 floats");
      assertThat(pupil.weights()).isEqualTo(weights);
    }
  }
}
