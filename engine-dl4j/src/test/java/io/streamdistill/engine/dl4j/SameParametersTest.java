package io.streamdistill.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.TrainableStudentContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The lean step is DL4J's arithmetic in fewer operations. */
final class SameParametersTest {

  static List<OptimizerConfig> optimizers() {
    return TrainableStudentContract.optimizers();
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void leanStepGivesTheParametersOfDl4jAfterThirtySteps(OptimizerConfig optimizer) {
    NativeThreads.configure(1);
    try (Pupil lean = Nets.pupil(Nets.dense(optimizer, 1), LeanStep::new);
        Pupil dl4j = Nets.pupil(Nets.dense(optimizer, 1), Dl4jStep::new)) {
      Map<String, List<Float>> initial = lean.weights();
      assertThat(initial).isEqualTo(dl4j.weights());

      TrainableStudentContract.train(lean, 0, 30, optimizer);
      TrainableStudentContract.train(dl4j, 0, 30, optimizer);

      double moved = TrainableStudentContract.distance(lean.weights(), initial);
      double apart = TrainableStudentContract.distance(lean.weights(), dl4j.weights());
      double stateApart =
          TrainableStudentContract.distance(lean.optimizerState(), dl4j.optimizerState());
      assertThat(moved).isGreaterThan(0.01);
      assertThat(apart).isLessThan(1e-4 * moved);
      assertThat(stateApart).isLessThan(1e-5);
    }
  }
}
