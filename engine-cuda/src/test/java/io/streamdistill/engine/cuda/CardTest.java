package io.streamdistill.engine.cuda;

import static io.streamdistill.engine.TrainableStudentContract.distance;
import static io.streamdistill.engine.TrainableStudentContract.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.PendingLoss;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.ToyTask;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainableStudentContract;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.cuda.device.DeviceException;
import io.streamdistill.engine.cuda.driver.CudaDevice;
import io.streamdistill.engine.cuda.driver.CudaOptions;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.DistillationConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A GPU beside the same kernels on the CPU. */
final class CardTest {

  private static final DistillationConfig OBJECTIVE = TrainableStudentContract.OBJECTIVE;
  private static final int BATCH = TrainableStudentContract.BATCH;

  @BeforeAll
  static void requireCard() {
    Cards.require();
  }

  static Stream<OptimizerConfig> optimizers() {
    return Stream.concat(
        TrainableStudentContract.optimizers().stream(),
        TrainableStudentContract.decayingOptimizers().stream());
  }

  static Stream<DistillationConfig> objectives() {
    return TwoEnginesTest.objectives();
  }

  private static void assertAgree(
      CudaOptions options, OptimizerConfig optimizer, DistillationConfig objective, double within) {
    try (Pupil card = Cards.card(options, optimizer, objective);
        Pupil host = Cards.host(optimizer, objective)) {
      Map<String, List<Float>> initial = card.weights();
      assertThat(initial).isEqualTo(host.weights());

      train(card, 0, 30, optimizer);
      train(host, 0, 30, optimizer);

      double moved = distance(host.weights(), initial);
      double apart = distance(card.weights(), host.weights());
      System.out.printf(
          "    %s %s: moved %.3g, apart %.3g%n",
          options.precision(), optimizer.label(), moved, apart);
      assertThat(apart).isLessThan(within * moved);
      BatchLoss expected = host.evaluate(BATCH);
      assertThat(card.evaluate(BATCH).total() / expected.total() - 1).isBetween(-within, within);
      assertThat(card.student().deadUnits()).isEqualTo(host.student().deadUnits());
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void everyOptimizerGivesTheParametersOfTheCpu(OptimizerConfig optimizer) {
    assertAgree(Cards.DEFAULT, optimizer, OBJECTIVE, 1e-4);
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void everyObjectiveGivesTheParametersOfTheCpu(DistillationConfig objective) {
    assertAgree(Cards.DEFAULT, OptimizerConfig.nesterov(), objective, 1e-4);
  }

  @Test
  void ownProductsGiveTheParametersOfTheCpu() {
    assertAgree(Cards.OWN_PRODUCTS, OptimizerConfig.nesterov(), OBJECTIVE, 1e-4);
  }

  @Test
  void tf32GivesThemRoughly() {
    assertAgree(Cards.TF32, OptimizerConfig.nesterov(), OBJECTIVE, 0.05);
  }

  /** More and fewer classes than a warp has lanes, one layer and several, odd sizes. */
  @ParameterizedTest
  @CsvSource({"2, 1", "31, 2", "32, 1", "33, 2", "100, 3"})
  void everyShapeGivesTheParametersOfTheCpu(int classes, int layers) {
    List<Integer> hidden = List.of(33, 7).subList(0, layers - 1);
    DistillationConfig objective = new DistillationConfig(4, 0.2, 0.5, 1, 2, 0.5);
    OptimizerConfig adam = OptimizerConfig.adam();
    StudentSpec spec = new StudentSpec(20, classes, new StudentSpec.Dense(hidden), adam, 1);
    TrainingSetup setup = Pupil.setup(20, objective, 37);
    try (Pupil card = new Pupil(DensePlan.of(spec, Cards.DEFAULT).build(setup), setup, classes);
        Pupil host =
            new Pupil(DensePlan.of(spec, HostLibrary::device).build(setup), setup, classes)) {
      Map<String, List<Float>> initial = card.weights();
      train(card, 0, 10, adam);
      train(host, 0, 10, adam);

      double moved = distance(host.weights(), initial);
      double apart = distance(card.weights(), host.weights());
      System.out.printf(
          "    %d classes, %d layers: moved %.3g, apart %.3g%n", classes, layers, moved, apart);
      assertThat(apart).isLessThan(1e-4 * moved);
      assertThat(card.evaluate(37).total() / host.evaluate(37).total() - 1).isBetween(-1e-5, 1e-5);
    }
  }

  /**
   * More than any GPU has: the message says how much was asked for, and what was taken is freed.
   */
  @Test
  void tooLittleMemoryIsSaid() {
    try (CudaDevice device = CudaDevice.open(Cards.DEFAULT)) {
      assertThatThrownBy(() -> device.allocate(1L << 50))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("allocating 1073741824 MiB on the GPU failed")
          .hasMessageContaining("out of memory");
      device.free(device.allocate(1 << 20));
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void graphsChangeNoBit(OptimizerConfig optimizer) {
    try (Pupil with = Cards.card(Cards.DEFAULT, optimizer, OBJECTIVE);
        Pupil without = Cards.card(Cards.NO_GRAPHS, optimizer, OBJECTIVE)) {
      train(with, 0, 20, optimizer);
      train(without, 0, 20, optimizer);

      assertThat(with.weights()).isEqualTo(without.weights());
      assertThat(with.optimizerState()).isEqualTo(without.optimizerState());
    }
  }

  /** The graph of a step is replayed with a target that is not finite. */
  @Test
  void lossThatIsNotFiniteChangesNothingInAGraphEither() {
    OptimizerConfig adam = OptimizerConfig.adam();
    try (Pupil card = Cards.card(Cards.DEFAULT, adam, OBJECTIVE);
        Pupil other = Cards.card(Cards.DEFAULT, adam, OBJECTIVE)) {
      ToyTask task = ToyTask.of(card, 7);
      for (int i = 0; i < 3; i++) {
        task.train(card, 0.01);
        task.train(other, 0.01);
      }
      Map<String, List<Float>> weights = card.weights();
      float[] poisoned = {0.25f, Float.NaN, 0.25f, 0.25f, 0.25f};
      card.put(1, task.features(0, 1), poisoned, -1, 1);

      assertThat(card.train(BATCH, 0.01).isFinite()).isFalse();

      assertThat(card.weights()).isEqualTo(weights);
      assertThat(card.student().steps()).isEqualTo(3);
      task.train(card, 0.01);
      task.train(other, 0.01);
      assertThat(card.weights()).isEqualTo(other.weights());
    }
  }

  /** Several steps are queued, of which nobody has waited for any. */
  @Test
  void lossesAreKnownAfterTheStudentIsClosed() {
    ByteRows rows = ByteRows.ofMnist();
    StudentSpec spec =
        new StudentSpec(
            784,
            ByteRows.CLASSES,
            new StudentSpec.Dense(List.of(16)),
            OptimizerConfig.nesterov(),
            1);
    TrainableStudent student = DensePlan.of(spec, Cards.DEFAULT).build(rows.setup(8));
    List<RowBatch> batches =
        IntStream.range(0, 3).mapToObj(i -> rows.fill(student.newBatch(), i)).toList();
    List<PendingLoss> losses =
        batches.stream().map(batch -> student.train(batch, 8, 0.01)).toList();

    student.close();

    for (PendingLoss loss : losses) {
      assertThat(loss.isKnown()).isTrue();
      assertThat(loss.await().isFinite()).isTrue();
      assertThat(loss.await().records()).isEqualTo(8);
    }
    assertThatThrownBy(() -> student.train(batches.get(0), 8, 0.01))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void studentsBesideEachOtherDoNotTouchEachOther() {
    OptimizerConfig optimizer = OptimizerConfig.nesterov();
    try (Pupil one = Cards.card(Cards.DEFAULT, optimizer, OBJECTIVE);
        Pupil two = Cards.card(Cards.DEFAULT, optimizer, OBJECTIVE);
        Pupil alone = Cards.card(Cards.DEFAULT, optimizer, OBJECTIVE)) {
      for (int i = 0; i < 12; i += 3) {
        train(one, i, i + 3, optimizer);
        train(two, 100 - i, 103 - i, optimizer);
      }
      train(alone, 0, 12, optimizer);

      assertThat(one.weights()).isEqualTo(alone.weights());
    }
  }
}
