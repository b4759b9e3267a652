package io.streamdistill.engine.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainableStudentContract;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.cuda.driver.CudaDevice;
import io.streamdistill.engine.cuda.driver.CudaOptions;
import io.streamdistill.engine.cuda.driver.CudaOptions.Precision;
import io.streamdistill.engine.objective.DistillationConfig;
import java.util.List;

/** Students of tests, on this machine's GPU. */
final class Cards {

  static final CudaOptions DEFAULT = CudaOptions.DEFAULT;
  static final CudaOptions TF32 = new CudaOptions(0, Precision.TF32, true, true);
  static final CudaOptions NO_GRAPHS = new CudaOptions(0, Precision.FP32, true, false);
  static final CudaOptions OWN_PRODUCTS = new CudaOptions(0, Precision.FP32, false, true);

  private Cards() {}

  /** Without a GPU, the test is skipped. */
  static void require() {
    CudaDevice.problem(DEFAULT).ifPresent(problem -> assumeTrue(false, problem));
  }

  static StudentSpec spec(OptimizerConfig optimizer, long seed) {
    return new StudentSpec(
        20,
        TrainableStudentContract.CLASSES,
        new StudentSpec.Dense(List.of(24, 16)),
        optimizer,
        seed);
  }

  static TrainableStudent student(
      CudaOptions options, OptimizerConfig optimizer, TrainingSetup setup, long seed) {
    return DensePlan.of(spec(optimizer, seed), options).build(setup);
  }

  static Pupil card(CudaOptions options, OptimizerConfig optimizer, DistillationConfig objective) {
    return pupil(DensePlan.of(spec(optimizer, 1), options), objective);
  }

  static Pupil host(OptimizerConfig optimizer, DistillationConfig objective) {
    return pupil(DensePlan.of(spec(optimizer, 1), HostLibrary::device), objective);
  }

  private static Pupil pupil(DensePlan plan, DistillationConfig objective) {
    TrainingSetup setup = Pupil.setup(20, objective, TrainableStudentContract.BATCH);
    return new Pupil(plan.build(setup), setup, TrainableStudentContract.CLASSES);
  }
}
