package io.streamdistill.student.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.streamdistill.student.objective.BatchLoss;
import io.streamdistill.student.objective.ObjectiveConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What every {@link StudentStep} promises. */
abstract class StudentStepContract {

  static final ObjectiveConfig OBJECTIVE = new ObjectiveConfig(4, 0.2);
  static final int BATCH = 16;

  /** A new step over a new network with weights from {@code seed}. */
  final StudentStep newStep(OptimizerConfig optimizer, int batchSize, long seed) {
    return newStep(optimizer, OBJECTIVE, batchSize, seed);
  }

  /** The same with another objective; first logits are in units of its logit scale. */
  abstract StudentStep newStep(
      OptimizerConfig optimizer, ObjectiveConfig objective, int batchSize, long seed);

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
    ObjectiveConfig unit = new ObjectiveConfig(4, 0, 1, 1, 0, 10);
    ObjectiveConfig scaled = new ObjectiveConfig(4 * scale, 0, scale, 1, 0, 10);
    try (StudentStep one = newStep(optimizer, unit, BATCH, 1);
        StudentStep other = newStep(optimizer, scaled, BATCH, 1)) {
      ToyTask task = ToyTask.of(one, 7); // the distribution at 4 and 4 times scale is the same
      for (int i = 0; i < 20; i++) {
        BatchLoss expected = task.train(one, learningRate(optimizer));
        BatchLoss found = task.train(other, learningRate(optimizer));
        assertThat(found.excessLoss() / (scale * scale))
            .isCloseTo(expected.excessLoss(), withinPercentage(2));
      }
    }
  }

  @BeforeAll
  static void fixThreads() {
    NativeThreads.configure(1);
  }

  static List<OptimizerConfig> optimizers() {
    return List.of(OptimizerConfig.sgd(), OptimizerConfig.nesterov(), OptimizerConfig.adam());
  }

  static double learningRate(OptimizerConfig optimizer) {
    return optimizer instanceof OptimizerConfig.Adam
        ? 0.005
        : optimizer instanceof OptimizerConfig.Nesterov ? 0.01 : 0.03;
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void learningReducesTheLoss(OptimizerConfig optimizer) {
    try (StudentStep step = newStep(optimizer, BATCH, 1)) {
      ToyTask task = ToyTask.of(step, 7);
      BatchLoss first = task.train(step, learningRate(optimizer));
      for (int i = 0; i < 150; i++) {
        task.train(step, learningRate(optimizer));
      }

      BatchLoss last = task.evaluate(step, 0);

      // The entropy of the teacher is part of the loss, so the divergence is what can vanish.
      assertThat(last.meanDivergence()).isLessThan(0.5 * first.meanDivergence());
      assertThat(last.total()).isLessThan(first.total());
      assertThat(step.iteration()).isEqualTo(151);
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void restoredStepContinuesBitForBit(OptimizerConfig optimizer) {
    // Given a step that was saved after 5 steps and went on for 5 more
    float[] parameters;
    float[] state;
    int iteration;
    float[] expected;
    float[] expectedState;
    try (StudentStep step = newStep(optimizer, BATCH, 1)) {
      train(step, 0, 5, optimizer);
      parameters = step.parameters();
      state = step.optimizerState();
      iteration = step.iteration();
      train(step, 5, 10, optimizer);
      expected = step.parameters();
      expectedState = step.optimizerState();
    }

    // When a fresh step with other initial weights takes over
    try (StudentStep step = newStep(optimizer, BATCH, 99)) {
      seedLike(step, 1);
      step.restore(parameters, state, iteration);
      train(step, 5, 10, optimizer);

      assertThat(step.parameters()).isEqualTo(expected);
      assertThat(step.optimizerState()).isEqualTo(expectedState);
      assertThat(step.iteration()).isEqualTo(10);
    }
  }

  /** The seed of a network is configuration, not state: it drives dropout. */
  private static void seedLike(StudentStep step, long seed) {
    step.network().getDefaultConfiguration().setSeed(seed);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void sameSeedGivesTheSameBits(OptimizerConfig optimizer) {
    try (StudentStep one = newStep(optimizer, BATCH, 3);
        StudentStep other = newStep(optimizer, BATCH, 3)) {
      train(one, 0, 10, optimizer);
      train(other, 0, 10, optimizer);

      assertThat(one.parameters()).isEqualTo(other.parameters());
      assertThat(one.optimizerState()).isEqualTo(other.optimizerState());
    }
  }

  static List<OptimizerConfig> decayingOptimizers() {
    return List.of(
        new OptimizerConfig.Sgd(0.5),
        new OptimizerConfig.Nesterov(0.9, 0.5),
        new OptimizerConfig.Adam(0.9, 0.999, 1e-8, 0.5));
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
    try (StudentStep step = newStep(decaying, BATCH, 1);
        StudentStep undecayed = newStep(plain, BATCH, 1)) {
      ToyTask task = ToyTask.of(step, 7);
      Map<String, INDArray> before = copies(step);

      task.train(step, rate);
      task.train(undecayed, rate);

      Map<String, INDArray> after = copies(undecayed);
      copies(step)
          .forEach(
              (name, array) -> {
                INDArray decay = at(before, name).mul(name.endsWith("_W") ? rate * 0.5 : 0);
                INDArray difference = at(after, name).sub(decay).sub(array);
                assertThat(difference.amaxNumber().doubleValue()).as(name).isLessThan(2e-7);
              });
    }
  }

  private static INDArray at(Map<String, INDArray> arrays, String name) {
    return Objects.requireNonNull(arrays.get(name), name);
  }

  private static Map<String, INDArray> copies(StudentStep step) {
    Map<String, INDArray> copies = new TreeMap<>();
    step.network().paramTable().forEach((name, array) -> copies.put(name, array.dup()));
    return copies;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 15})
  void partialBatchIsTheBatchOfItsRowsAlone(int rows) {
    OptimizerConfig sgd = OptimizerConfig.sgd();
    try (StudentStep large = newStep(sgd, BATCH, 1);
        StudentStep exact = newStep(sgd, rows, 1)) {
      // Given a full batch before, whose rows are still in the buffers
      ToyTask task = ToyTask.of(large, 7);
      task.fill(large, 0);
      float[] initial = large.parameters();
      large.train(BATCH, 0.5);
      large.restore(initial, large.optimizerState(), 0);
      task.fill(exact, 0);

      BatchLoss partial = large.train(rows, 0.01);
      BatchLoss whole = exact.train(rows, 0.01);

      assertThat(partial.rows()).isEqualTo(rows);
      assertClose(partial.total(), whole.total(), 1e-6);
      assertThat(distance(large.parameters(), exact.parameters())).isLessThan(1e-6);
      assertThat(distance(large.parameters(), initial)).isGreaterThan(1e-5);
    }
  }

  @Test
  void fullBatchAfterAPartialOneIsUnharmed() {
    OptimizerConfig adam = OptimizerConfig.adam();
    try (StudentStep step = newStep(adam, BATCH, 1);
        StudentStep fresh = newStep(adam, BATCH, 1)) {
      ToyTask task = ToyTask.of(step, 7);
      task.fill(step, 0);
      float[] parameters = step.parameters();
      float[] state = step.optimizerState();
      step.train(3, 0.01);
      step.evaluate(5);
      step.restore(parameters, state, 0);
      task.fill(fresh, 0);

      step.train(BATCH, 0.01);
      fresh.train(BATCH, 0.01);

      assertThat(step.parameters()).isEqualTo(fresh.parameters());
    }
  }

  @Test
  void recordOfWeightZeroContributesNothing() {
    OptimizerConfig sgd = OptimizerConfig.sgd();
    try (StudentStep one = newStep(sgd, 4, 1);
        StudentStep other = newStep(sgd, 4, 1)) {
      ToyTask task = ToyTask.of(one, 7);
      task.fill(one, 0);
      task.fill(other, 0);
      one.targets().weights()[2] = 0;
      other.targets().weights()[2] = 0;
      other.targets().labels()[2] = 0;
      other.input().put(2 * other.features() + 1, 0.125f);

      BatchLoss first = one.train(4, 0.01);
      BatchLoss second = other.train(4, 0.01);

      assertThat(first).isEqualTo(second);
      assertThat(first.records()).isEqualTo(3);
      assertThat(one.parameters()).isEqualTo(other.parameters());
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void inputThatIsNotFiniteIsDetectedAndChangesNothing(float poison) {
    try (StudentStep step = newStep(OptimizerConfig.adam(), BATCH, 1)) {
      ToyTask task = ToyTask.of(step, 7);
      task.train(step, 0.001);
      float[] parameters = step.parameters();
      float[] state = step.optimizerState();
      task.fill(step, 1);
      step.input().put(3 * step.features() + 1, poison);

      BatchLoss loss = step.train(BATCH, 0.001);

      assertThat(loss.isFinite()).isFalse();
      assertThat(step.evaluate(BATCH).isFinite()).isFalse();
      assertThat(step.evaluate(3).isFinite()).isTrue();
      assertThat(step.parameters()).isEqualTo(parameters);
      assertThat(step.optimizerState()).isEqualTo(state);
      assertThat(step.iteration()).isEqualTo(1);
    }
  }

  @Test
  void targetThatIsNotFiniteIsDetected() {
    try (StudentStep step = newStep(OptimizerConfig.sgd(), BATCH, 1)) {
      ToyTask.of(step, 7).fill(step, 0);
      step.targets().softTargets()[5] = Float.NaN;

      assertThat(step.train(BATCH, 0.001).isFinite()).isFalse();
    }
  }

  @Test
  void evaluationLearnsNothingAndAgreesWithTheNetworksOwnOutput() {
    try (StudentStep step = newStep(OptimizerConfig.adam(), BATCH, 1)) {
      ToyTask task = ToyTask.of(step, 7);
      task.train(step, 0.01);
      float[] parameters = step.parameters();

      BatchLoss loss = task.evaluate(step, 1);

      float[] features = new float[BATCH * step.features()];
      step.input().get(0, features);
      INDArray logits =
          step.network().output(Nd4j.create(features, new long[] {BATCH, step.features()}, 'c'));
      int agreements = 0;
      for (int i = 0; i < BATCH; i++) {
        float[] p =
            Arrays.copyOfRange(
                step.targets().softTargets(), i * step.classes(), (i + 1) * step.classes());
        int teacher = 0;
        for (int k = 1; k < p.length; k++) {
          teacher = p[k] > p[teacher] ? k : teacher;
        }
        agreements += logits.getRow(i).argMax(0).getInt(0) == teacher ? 1 : 0;
      }
      assertThat(loss.agreements()).isEqualTo(agreements);
      assertThat(step.parameters()).isEqualTo(parameters);
      assertThat(step.iteration()).isEqualTo(1);
    }
  }

  /** {@code MultiLayerNetwork.clear()} drops its updater; the first version lost momentum so. */
  @Test
  void optimizerStateSurvivesClearingTheNetwork() {
    OptimizerConfig optimizer = OptimizerConfig.nesterov();
    try (StudentStep cleared = newStep(optimizer, BATCH, 1);
        StudentStep plain = newStep(optimizer, BATCH, 1)) {
      train(cleared, 0, 3, optimizer);
      train(plain, 0, 3, optimizer);
      cleared.network().clear();

      train(cleared, 3, 6, optimizer);
      train(plain, 3, 6, optimizer);

      assertThat(cleared.parameters()).isEqualTo(plain.parameters());
      assertThat(cleared.optimizerState()).isEqualTo(plain.optimizerState());
    }
  }

  @Test
  void stateOfAnotherNetworkIsRefused() {
    try (StudentStep step = newStep(OptimizerConfig.adam(), BATCH, 1)) {
      float[] state = step.optimizerState();

      assertThatThrownBy(() -> step.restore(new float[3], state, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("parameters: got 3 floats");
      assertThatThrownBy(() -> step.restore(step.parameters(), new float[1], 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("optimizer state: got 1 floats");
    }
  }

  @Test
  void rowsOutsideTheBatchAndUseAfterCloseAreRefused() {
    StudentStep step = newStep(OptimizerConfig.adam(), BATCH, 1);

    assertThatThrownBy(() -> step.train(0, 0.1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> step.train(BATCH + 1, 0.1))
        .isInstanceOf(IllegalArgumentException.class);
    step.close();
    assertThatThrownBy(() -> step.train(1, 0.1)).isInstanceOf(IllegalStateException.class);
  }

  static void train(StudentStep step, int from, int to, OptimizerConfig optimizer) {
    ToyTask task = ToyTask.of(step, 7);
    for (int i = from; i < to; i++) {
      task.fill(step, i);
      // The last batch of a pass is a partial one now and then.
      step.train(i % 4 == 3 ? step.batchSize() / 2 : step.batchSize(), learningRate(optimizer));
    }
  }

  static double distance(float[] one, float[] other) {
    assertThat(one).hasSameSizeAs(other);
    double max = 0;
    for (int i = 0; i < one.length; i++) {
      max = Math.max(max, Math.abs((double) one[i] - other[i]));
    }
    return max;
  }

  static void assertClose(double actual, double expected, double relative) {
    assertThat(Math.abs(actual - expected)).isLessThanOrEqualTo(relative * Math.abs(expected));
  }
}
