package io.streamdistill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.engine.objective.ObjectiveConfig;
import io.streamdistill.engine.objective.TargetBatch;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link TrainableStudent} promises of its rows, and what its contract needs. */
public abstract class StudentRowsContract {

  public static final DistillationConfig OBJECTIVE = new DistillationConfig(4, 0.2);
  public static final int BATCH = 16;
  public static final int CLASSES = 5;

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
  Pupil pupil(OptimizerConfig optimizer, ObjectiveConfig objective, int batchSize, long seed) {
    TrainingSetup setup = Pupil.setup(features(), objective, batchSize);
    return new Pupil(newStudent(optimizer, setup, seed), setup, CLASSES);
  }

  public static double learningRate(OptimizerConfig optimizer) {
    return optimizer instanceof OptimizerConfig.Adam
        ? 0.005
        : optimizer instanceof OptimizerConfig.Nesterov ? 0.01 : 0.03;
  }

  static int largest(float[] logits, int from) {
    int best = 0;
    for (int k = 1; k < CLASSES; k++) {
      best = logits[from + k] > logits[from + best] ? k : best;
    }
    return best;
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

  static List<Float> at(Map<String, List<Float>> weights, String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }

  private static final float[] EVEN = {0.2f, 0.2f, 0.2f, 0.2f, 0.2f};

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
  void rowsOutsideTheBatchAndUseAfterCloseAreRefused() {
    Pupil pupil = pupil(OptimizerConfig.adam(), BATCH, 1);

    assertThatThrownBy(() -> pupil.train(0, 0.1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pupil.train(BATCH + 1, 0.1))
        .isInstanceOf(IllegalArgumentException.class);
    pupil.close();
    assertThatThrownBy(() -> pupil.train(1, 0.1)).isInstanceOf(IllegalStateException.class);
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

  private static void assertClose(double actual, double expected, double relative) {
    assertThat(Math.abs(actual - expected)).isLessThanOrEqualTo(relative * Math.abs(expected));
  }
}
