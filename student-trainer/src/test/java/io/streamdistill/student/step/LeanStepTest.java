package io.streamdistill.student.step;

import java.util.List;

final class LeanStepTest extends StudentStepContract {

  @Override
  StudentStep newStep(OptimizerConfig optimizer, int batchSize, long seed) {
    return new LeanStep(
        StudentNetworks.dense(20, List.of(24, 16), 5, optimizer, seed), OBJECTIVE, batchSize);
  }
}
