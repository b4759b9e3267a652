package io.streamdistill.engine.cuda;

import io.streamdistill.engine.StudentEngine;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.cuda.driver.CudaOptions;
import io.streamdistill.engine.cuda.driver.CudaOptions.Precision;
import java.util.Optional;

/**
 * {@code cuda-tf32}: as {@link CudaEngine}, with products on tensor cores, for which factors are
 * rounded to 10 bits of mantissa. Weights and sums stay FP32. Needs compute capability 8.0; below,
 * products are those of {@code cuda}.
 */
public final class Tf32Engine implements StudentEngine {

  private final CudaEngine engine =
      new CudaEngine("cuda-tf32", new CudaOptions(0, Precision.TF32, true, true));

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public int rank() {
    return engine.rank() - 1;
  }

  @Override
  public Optional<String> objection(StudentSpec student) {
    return engine.objection(student);
  }

  @Override
  public String prepare(int threads) {
    return engine.prepare(threads);
  }

  @Override
  public StudentPlan plan(StudentSpec student) {
    return engine.plan(student);
  }

  @Override
  public StudentPlan planUntrusted(StudentSpec student) {
    return engine.planUntrusted(student);
  }
}
