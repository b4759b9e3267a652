package io.streamdistill.student.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The lean step is DL4J's arithmetic in fewer operations. */
final class SameParametersTest {

  static List<OptimizerConfig> optimizers() {
    return StudentStepContract.optimizers();
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void leanStepGivesTheParametersOfDl4jAfterThirtySteps(OptimizerConfig optimizer) {
    NativeThreads.configure(1);
    MultiLayerNetwork one = StudentNetworks.dense(20, List.of(24, 16), 5, optimizer, 1);
    MultiLayerNetwork other = StudentNetworks.dense(20, List.of(24, 16), 5, optimizer, 1);
    try (StudentStep lean = new LeanStep(one, StudentStepContract.OBJECTIVE, 16);
        StudentStep dl4j = new Dl4jStep(other, StudentStepContract.OBJECTIVE, 16)) {
      float[] initial = lean.parameters();
      assertThat(initial).isEqualTo(dl4j.parameters());

      StudentStepContract.train(lean, 0, 30, optimizer);
      StudentStepContract.train(dl4j, 0, 30, optimizer);

      double moved = StudentStepContract.distance(lean.parameters(), initial);
      double apart = StudentStepContract.distance(lean.parameters(), dl4j.parameters());
      double stateApart =
          StudentStepContract.distance(lean.optimizerState(), dl4j.optimizerState());
      assertThat(moved).isGreaterThan(0.01);
      assertThat(apart).isLessThan(1e-4 * moved);
      assertThat(stateApart).isLessThan(1e-5);
    }
  }
}
