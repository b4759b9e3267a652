package io.streamdistill.engine.cuda;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainableStudentContract;
import io.streamdistill.engine.TrainingSetup;
import java.util.List;

/** The engine's kernels, on the CPU. */
final class HostStudentTest extends TrainableStudentContract {

  @Override
  protected int features() {
    return 20;
  }

  @Override
  protected TrainableStudent newStudent(OptimizerConfig optimizer, TrainingSetup setup, long seed) {
    return HostStudents.plan(features(), List.of(24, 16), CLASSES, optimizer, seed).build(setup);
  }
}
