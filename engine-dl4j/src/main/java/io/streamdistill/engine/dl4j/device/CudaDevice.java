package io.streamdistill.engine.dl4j.device;

/**
 * A GPU that the NVIDIA driver reports.
 *
 * @param index as the driver counts, from 0
 * @param driver version of the driver, such as {@code 535.104.05}
 */
public record CudaDevice(
    int index, String name, ComputeCapability computeCapability, String driver) {

  @Override
  public String toString() {
    return "%s (compute capability %s, driver %s)".formatted(name, computeCapability, driver);
  }
}
