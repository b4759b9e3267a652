package io.streamdistill.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainableStudentContract;
import io.streamdistill.engine.TrainingSetup;
import org.junit.jupiter.api.BeforeAll;

final class LeanStepTest extends TrainableStudentContract {

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
    TrainableStudent student = Nets.dense(optimizer, seed).build(setup);
    assertThat(student.label()).isEqualTo("lean");
    return student;
  }
}
