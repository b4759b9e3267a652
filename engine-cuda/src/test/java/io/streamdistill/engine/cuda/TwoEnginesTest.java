package io.streamdistill.engine.cuda;

import static io.streamdistill.engine.TrainableStudentContract.distance;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.ToyTask;
import io.streamdistill.engine.TrainableStudentContract;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.dl4j.Dl4jEngine;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.DistillationConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels do what the CPU's engine does, and the one goes on where the other stopped. */
final class TwoEnginesTest {

  private static final int BATCH = TrainableStudentContract.BATCH;
  private static final int CLASSES = TrainableStudentContract.CLASSES;

  @BeforeAll
  static void prepare() {
    new Dl4jEngine().prepare(1);
  }

  static Stream<OptimizerConfig> optimizers() {
    return Stream.concat(
        TrainableStudentContract.optimizers().stream(),
        TrainableStudentContract.decayingOptimizers().stream());
  }

  private static StudentSpec spec(OptimizerConfig optimizer) {
    return new StudentSpec(20, CLASSES, new StudentSpec.Dense(List.of(24, 16)), optimizer, 1);
  }

  private static Pupil cpu(OptimizerConfig optimizer, DistillationConfig objective) {
    return pupil(new Dl4jEngine().plan(spec(optimizer)), objective);
  }

  private static Pupil host(OptimizerConfig optimizer, DistillationConfig objective) {
    return pupil(DensePlan.of(spec(optimizer), HostLibrary::device), objective);
  }

  private static Pupil pupil(StudentPlan plan, DistillationConfig objective) {
    TrainingSetup setup = Pupil.setup(20, objective, BATCH);
    return new Pupil(plan.build(setup), setup, CLASSES);
  }

  private static void restore(Pupil to, StudentSnapshot from) {
    to.student().restore(from.weights(), from.optimizerState(), from.optimizerSteps());
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void thirtyStepsGiveTheParametersOfTheCpu(OptimizerConfig optimizer) {
    DistillationConfig objective = TrainableStudentContract.OBJECTIVE;
    try (Pupil cpu = cpu(optimizer, objective);
        Pupil host = host(optimizer, objective)) {
      restore(host, cpu.snapshot());
      Map<String, List<Float>> initial = cpu.weights();
      assertThat(host.weights()).isEqualTo(initial);

      TrainableStudentContract.train(cpu, 0, 30, optimizer);
      TrainableStudentContract.train(host, 0, 30, optimizer);

      double moved = distance(cpu.weights(), initial);
      assertThat(moved).isGreaterThan(0.01);
      assertThat(distance(host.weights(), cpu.weights())).isLessThan(1e-4 * moved);
      assertThat(distance(host.optimizerState(), cpu.optimizerState())).isLessThan(1e-5);
    }
  }

  /** CPU, device, CPU, against the CPU alone. */
  @ParameterizedTest
  @MethodSource("optimizers")
  void studentGoesOnWhereTheOtherEngineStopped(OptimizerConfig optimizer) {
    DistillationConfig objective = TrainableStudentContract.OBJECTIVE;
    try (Pupil cpu = cpu(optimizer, objective);
        Pupil host = host(optimizer, objective);
        Pupil alone = cpu(optimizer, objective)) {
      Map<String, List<Float>> initial = cpu.weights();
      TrainableStudentContract.train(cpu, 0, 10, optimizer);
      restore(host, cpu.snapshot());
      assertThat(host.optimizerState()).isEqualTo(cpu.optimizerState());
      TrainableStudentContract.train(host, 10, 20, optimizer);
      restore(cpu, host.snapshot());
      TrainableStudentContract.train(cpu, 20, 30, optimizer);
      TrainableStudentContract.train(alone, 0, 30, optimizer);

      double moved = distance(alone.weights(), initial);
      assertThat(cpu.student().steps()).isEqualTo(30);
      assertThat(distance(cpu.weights(), alone.weights())).isLessThan(1e-4 * moved);
    }
  }

  static Stream<DistillationConfig> objectives() {
    return Stream.of(
        new DistillationConfig(20, 0.1),
        new DistillationConfig(1, 0.5),
        new DistillationConfig(4, 1),
        new DistillationConfig(4, 0),
        new DistillationConfig(4, 0.2, 3, 0.5, 1, Double.POSITIVE_INFINITY),
        new DistillationConfig(4, 0.2, 0.25, 1, 2, 0.01));
  }

  /** Soft, hard and sharp terms, and the bound on gradients. */
  @ParameterizedTest
  @MethodSource("objectives")
  void lossesAndGradientsAreThoseOfTheCpu(DistillationConfig objective) {
    OptimizerConfig sgd = OptimizerConfig.sgd();
    try (Pupil cpu = cpu(sgd, objective);
        Pupil host = host(sgd, objective)) {
      restore(host, cpu.snapshot());
      Map<String, List<Float>> initial = cpu.weights();
      ToyTask task = ToyTask.of(cpu, 7);
      for (Pupil pupil : List.of(cpu, host)) {
        task.fill(pupil, 0);
        pupil.put(3, task.features(0, 3), new float[] {0.5f, 0.5f, 0, 0, 0}, 2, 2.5f);
        pupil.put(4, task.features(0, 4), new float[] {0.2f, 0.2f, 0.2f, 0.2f, 0.2f}, 1, 0);
      }

      BatchLoss expected = cpu.train(BATCH, 0.01);
      BatchLoss found = host.train(BATCH, 0.01);

      assertClose(found, expected);
      double moved = distance(cpu.weights(), initial);
      assertThat(distance(host.weights(), cpu.weights())).isLessThan(1e-5 * moved + 1e-8);
      assertClose(host.evaluate(BATCH), cpu.evaluate(BATCH));
      assertThat(host.student().deadUnits()).isEqualTo(cpu.student().deadUnits());
    }
  }

  private static void assertClose(BatchLoss found, BatchLoss expected) {
    assertThat(found.rows()).isEqualTo(expected.rows());
    assertThat(found.records()).isEqualTo(expected.records());
    assertThat(found.weight()).isEqualTo(expected.weight());
    assertThat(found.judged().labelled()).isEqualTo(expected.judged().labelled());
    assertThat(found.judged().labelledWeight()).isEqualTo(expected.judged().labelledWeight());
    assertThat(found.judged().agreements()).isEqualTo(expected.judged().agreements());
    assertThat(found.judged().correct()).isEqualTo(expected.judged().correct());
    assertThat(near(found.judged().divergence(), expected.judged().divergence())).isTrue();
    for (int t = 0; t < expected.terms().size(); t++) {
      assertThat(found.terms().get(t).name()).isEqualTo(expected.terms().get(t).name());
      assertThat(near(found.terms().get(t).value(), expected.terms().get(t).value())).isTrue();
      assertThat(near(found.terms().get(t).excess(), expected.terms().get(t).excess())).isTrue();
    }
  }

  private static boolean near(double found, double expected) {
    return Math.abs(found - expected) <= 1e-5 * Math.abs(expected) + 1e-6;
  }

  @Test
  void sameWeightsGiveTheSameModel() {
    OptimizerConfig adam = OptimizerConfig.adam();
    StudentPlan cpu = new Dl4jEngine().plan(spec(adam));
    StudentPlan host = new CudaEngine().plan(spec(adam));
    try (Pupil pupil = cpu(adam, TrainableStudentContract.OBJECTIVE)) {
      var weights = pupil.snapshot().weights();
      var contract =
          new ExportContract(
              "s", "u8", List.of(20L), 1 / 255f, 0, List.of("a", "b", "c", "d", "e"), Map.of());

      assertThat(host.export(weights, contract, null))
          .isEqualTo(cpu.export(weights, contract, null));
      double[] shift = {1, 2, 3, 4, 5};
      assertThat(host.export(weights, contract, shift))
          .isEqualTo(cpu.export(weights, contract, shift));
      assertThat(host.size()).isEqualTo(cpu.size());
    }
  }
}
