package io.streamdistill.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainableStudentContract;
import io.streamdistill.engine.TrainingSetup;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class Dl4jStepTest extends TrainableStudentContract {

  @BeforeAll
  static void fixThreads() {
    NativeThreads.configure(1);
  }

  @Override
  protected int features() {
    return 20;
  }

  @Override
  protected TrainableStudent newStudent(OptimizerConfig optimizer, TrainingSetup setup, long seed) {
    return Nets.dense(optimizer, seed).build(setup, Dl4jStep::new);
  }

  /** {@code MultiLayerNetwork.clear()} drops its updater; the first version lost momentum so. */
  @Test
  void optimizerStateSurvivesClearingTheNetwork() {
    OptimizerConfig optimizer = OptimizerConfig.nesterov();
    try (Pupil cleared = Nets.pupil(Nets.dense(optimizer, 1), Dl4jStep::new);
        Pupil plain = Nets.pupil(Nets.dense(optimizer, 1), Dl4jStep::new)) {
      train(cleared, 0, 3, optimizer);
      train(plain, 0, 3, optimizer);
      ((NetworkStudent) cleared.student()).network().clear();

      train(cleared, 3, 6, optimizer);
      train(plain, 3, 6, optimizer);

      assertThat(cleared.weights()).isEqualTo(plain.weights());
      assertThat(cleared.optimizerState()).isEqualTo(plain.optimizerState());
    }
  }
}
