package io.streamdistill.engine.cuda;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.StudentSpec;
import java.util.List;

/** Students of tests, on the CPU. */
final class HostStudents {

  private HostStudents() {}

  static DensePlan plan(
      int features, List<Integer> hidden, int classes, OptimizerConfig optimizer, long seed) {
    return DensePlan.of(
        new StudentSpec(features, classes, new StudentSpec.Dense(hidden), optimizer, seed),
        HostLibrary::device);
  }
}
