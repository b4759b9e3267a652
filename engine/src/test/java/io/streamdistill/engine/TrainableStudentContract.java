package io.streamdistill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.engine.objective.ObjectiveConfig;
import io.streamdistill.engine.objective.TargetBatch;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link TrainableStudent} promises. */
public abstract class TrainableStudentContract {

  public static final DistillationConfig OBJECTIVE = new DistillationConfig(4, 0.2);
  public static final int BATCH = 16;
  public static final int CLASSES = 5;
  private static final float[] EVEN = {0.2f, 0.2f, 0.2f, 0.2f, 0.2f};

  /** Elements of an example; 20 values are stretched over them. */
  protected abstract int features();

  /** A new student with weights from {@code seed}, of {@link #features} and five classes. */
  protected abstract TrainableStudent newStudent(
      OptimizerConfig optimizer, TrainingSetup setup, long seed);

  /** A new student, and its rows. */
  protected final Pupil pupil(OptimizerConfig optimizer, int batchSize, long seed) {
    return pupil(optimizer, OBJECTIVE, batchSize, seed);
  }

  /** The same with another objective; first logits are in units of its logit scale. */
  private Pupil pupil(
      OptimizerConfig optimizer, ObjectiveConfig objective, int batchSize, long seed) {
    TrainingSetup setup = Pupil.setup(features(), objective, batchSize);
    return new Pupil(newStudent(optimizer, setup, seed), setup, CLASSES);
  }

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

  public static double learningRate(OptimizerConfig optimizer) {
    return optimizer instanceof OptimizerConfig.Adam
        ? 0.005
        : optimizer instanceof OptimizerConfig.Nesterov ? 0.01 : 0.03;
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

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 15})
  void partialBatchIsTheBatchOfItsRowsAlone(int rows) {
    OptimizerConfig sgd = OptimizerConfig.sgd();
    try (Pupil large = pupil(sgd, BATCH, 1);
        Pupil exact = pupil(sgd, rows, 1)) {
      // Given a full batch before, whose rows are still in the memory
      ToyTask task = ToyTask.of(large, 7);
      task.fill(large, 0);
      StudentSnapshot initial = large.snapshot();
      Map<String, List<Float>> before = large.weights();
      large.train(BATCH, 0.5);
      large.restore(initial);
      task.fill(exact, 0);

      BatchLoss partial = large.train(rows, 0.01);
      BatchLoss whole = exact.train(rows, 0.01);

      assertThat(partial.rows()).isEqualTo(rows);
      assertClose(partial.total(), whole.total(), 1e-6);
      assertThat(distance(large.weights(), exact.weights())).isLessThan(1e-6);
      assertThat(distance(large.weights(), before)).isGreaterThan(1e-5);
    }
  }

  @Test
  void fullBatchAfterAPartialOneIsUnharmed() {
    OptimizerConfig adam = OptimizerConfig.adam();
    try (Pupil pupil = pupil(adam, BATCH, 1);
        Pupil fresh = pupil(adam, BATCH, 1)) {
      ToyTask task = ToyTask.of(pupil, 7);
      task.fill(pupil, 0);
      StudentSnapshot first = pupil.snapshot();
      pupil.train(3, 0.01);
      pupil.evaluate(5);
      pupil.restore(first);
      task.fill(fresh, 0);

      pupil.train(BATCH, 0.01);
      fresh.train(BATCH, 0.01);

      assertThat(pupil.weights()).isEqualTo(fresh.weights());
    }
  }

  @Test
  void recordOfWeightZeroContributesNothing() {
    OptimizerConfig sgd = OptimizerConfig.sgd();
    try (Pupil one = pupil(sgd, 4, 1);
        Pupil other = pupil(sgd, 4, 1)) {
      ToyTask task = ToyTask.of(one, 7);
      task.fill(one, 0);
      task.fill(other, 0);
      one.put(2, task.features(0, 2), EVEN, TargetBatch.UNLABELLED, 0);
      other.put(2, task.features(0, 3), EVEN, 0, 0);

      BatchLoss first = one.train(4, 0.01);
      BatchLoss second = other.train(4, 0.01);

      assertThat(first).isEqualTo(second);
      assertThat(first.records()).isEqualTo(3);
      assertThat(one.weights()).isEqualTo(other.weights());
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void inputThatIsNotFiniteIsDetectedAndChangesNothing(float poison) {
    try (Pupil pupil = pupil(OptimizerConfig.adam(), BATCH, 1)) {
      ToyTask task = ToyTask.of(pupil, 7);
      task.train(pupil, 0.001);
      Map<String, List<Float>> weights = pupil.weights();
      List<Float> state = pupil.optimizerState();
      task.fill(pupil, 1);
      float[] poisoned = task.features(1, 3);
      poisoned[1] = poison;

      pupil.put(3, poisoned, EVEN, TargetBatch.UNLABELLED, 1);
      BatchLoss loss = pupil.train(BATCH, 0.001);

      assertThat(loss.isFinite()).isFalse();
      assertThat(pupil.evaluate(BATCH).isFinite()).isFalse();
      assertThat(pupil.evaluate(3).isFinite()).isTrue();
      assertThat(pupil.weights()).isEqualTo(weights);
      assertThat(pupil.optimizerState()).isEqualTo(state);
      assertThat(pupil.student().steps()).isEqualTo(1);
      pupil.put(3, task.features(1, 3), EVEN, TargetBatch.UNLABELLED, 1);
      assertThat(pupil.evaluate(BATCH).isFinite()).isTrue();
    }
  }

  @Test
  void targetThatIsNotFiniteIsDetected() {
    try (Pupil pupil = pupil(OptimizerConfig.sgd(), BATCH, 1)) {
      ToyTask task = ToyTask.of(pupil, 7);
      task.fill(pupil, 0);
      float[] poisoned = {0.25f, Float.NaN, 0.25f, 0.25f, 0.25f};
      pupil.put(1, task.features(0, 1), poisoned, TargetBatch.UNLABELLED, 1);

      assertThat(pupil.train(BATCH, 0.001).isFinite()).isFalse();
    }
  }

  @Test
  void rowsAreCopiedWithAllThatTheyHold() {
    try (Pupil pupil = pupil(OptimizerConfig.sgd(), BATCH, 1)) {
      ToyTask task = ToyTask.of(pupil, 7);
      task.fill(pupil, 0);
      RowBatch copy = copied(pupil);
      assertThat(pupil.student().evaluate(copy, BATCH)).isEqualTo(pupil.evaluate(BATCH));

      float[] poisoned = task.features(0, 0);
      poisoned[0] = Float.NaN;
      pupil.put(0, poisoned, EVEN, TargetBatch.UNLABELLED, 1);
      copy.copy(4, pupil.batch(), 0);
      assertThat(pupil.student().evaluate(copy, BATCH).isFinite()).isFalse();
      copy.copy(4, copy, 5);
      assertThat(pupil.student().evaluate(copy, BATCH).isFinite()).isTrue();
    }
  }

  private static RowBatch copied(Pupil pupil) {
    RowBatch copy = pupil.student().newBatch();
    for (int row = 0; row < copy.capacity(); row++) {
      copy.copy(row, pupil.batch(), row);
    }
    return copy;
  }

  @Test
  void batchesAreApartFromEachOther() {
    try (Pupil pupil = pupil(OptimizerConfig.adam(), BATCH, 1);
        Pupil alone = pupil(OptimizerConfig.adam(), BATCH, 1)) {
      ToyTask task = ToyTask.of(pupil, 7);
      task.fill(pupil, 0);
      RowBatch first = copied(pupil);
      task.fill(pupil, 1);

      BatchLoss loss = pupil.student().train(first, BATCH, 0.01).await();
      pupil.train(5, 0.01);

      task.fill(alone, 0);
      assertThat(alone.train(BATCH, 0.01)).isEqualTo(loss);
      task.fill(alone, 1);
      alone.train(5, 0.01);
      assertThat(pupil.weights()).isEqualTo(alone.weights());
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

  private static int largest(float[] logits, int from) {
    int best = 0;
    for (int k = 1; k < CLASSES; k++) {
      best = logits[from + k] > logits[from + best] ? k : best;
    }
    return best;
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

  @Test
  void rowsOutsideTheBatchAndUseAfterCloseAreRefused() {
    Pupil pupil = pupil(OptimizerConfig.adam(), BATCH, 1);

    assertThatThrownBy(() -> pupil.train(0, 0.1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pupil.train(BATCH + 1, 0.1))
        .isInstanceOf(IllegalArgumentException.class);
    pupil.close();
    assertThatThrownBy(() -> pupil.train(1, 0.1)).isInstanceOf(IllegalStateException.class);
  }

  /** Trains on batches {@code from} to {@code to}. */
  public static void train(Pupil pupil, int from, int to, OptimizerConfig optimizer) {
    ToyTask task = ToyTask.of(pupil, 7);
    for (int i = from; i < to; i++) {
      task.fill(pupil, i);
      // The last batch of a pass is a partial one now and then.
      pupil.train(i % 4 == 3 ? pupil.batchSize() / 2 : pupil.batchSize(), learningRate(optimizer));
    }
  }

  /** The largest difference of two weights. */
  public static double distance(Map<String, List<Float>> one, Map<String, List<Float>> other) {
    assertThat(one.keySet()).isEqualTo(other.keySet());
    double max = 0;
    for (var weight : one.entrySet()) {
      max = Math.max(max, distance(weight.getValue(), at(other, weight.getKey())));
    }
    return max;
  }

  /** The largest difference of two numbers. */
  public static double distance(List<Float> one, List<Float> other) {
    assertThat(one).hasSameSizeAs(other);
    double max = 0;
    for (int i = 0; i < one.size(); i++) {
      max = Math.max(max, Math.abs((double) one.get(i) - other.get(i)));
    }
    return max;
  }

  private static List<Float> at(Map<String, List<Float>> weights, String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }

  private static void assertClose(double actual, double expected, double relative) {
    assertThat(Math.abs(actual - expected)).isLessThanOrEqualTo(relative * Math.abs(expected));
  }
}
