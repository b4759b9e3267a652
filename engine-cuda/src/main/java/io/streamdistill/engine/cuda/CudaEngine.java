package io.streamdistill.engine.cuda;

import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.StudentEngine;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.cuda.device.DeviceException;
import io.streamdistill.engine.cuda.driver.CudaDevice;
import io.streamdistill.engine.cuda.driver.CudaOptions;
import java.util.Optional;

/**
 * Dense students on an NVIDIA GPU of compute capability 7.5 or higher. What they are planned and
 * exported as needs no GPU.
 */
public final class CudaEngine implements StudentEngine {

  private final String name;
  private final CudaOptions options;

  /** {@code cuda}: the first GPU, products in FP32. */
  public CudaEngine() {
    this("cuda", CudaOptions.DEFAULT);
  }

  CudaEngine(String name, CudaOptions options) {
    this.name = name;
    this.options = options;
  }

  @Override
  public String name() {
    return name;
  }

  /** Below the CPU's, so that {@code auto} trains the same student on every machine. */
  @Override
  public int rank() {
    return -1;
  }

  @Override
  public Optional<String> objection(StudentSpec student) {
    return student.network() instanceof StudentSpec.Dense
        ? CudaDevice.problem(options)
        : Optional.of(notation(student.network()));
  }

  static String notation(StudentSpec.Network network) {
    return "does not know networks in the notation %s; it trains those of student.network.hidden"
        .formatted(network.notation());
  }

  @Override
  public String prepare(int threads) {
    try {
      return "training runs on the GPU: " + CudaDevice.describe(options);
    } catch (DeviceException e) {
      throw new ConfigException("student.engine %s %s".formatted(name, e.getMessage()), e);
    }
  }

  @Override
  public StudentPlan plan(StudentSpec student) {
    return DensePlan.of(student, options);
  }

  @Override
  public StudentPlan planUntrusted(StudentSpec student) {
    return DensePlan.of(student, options);
  }
}
