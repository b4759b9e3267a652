package io.streamdistill.engine.dl4j.device;

import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.dl4j.device.DeviceVerdict.Reason;
import io.streamdistill.engine.dl4j.device.DeviceVerdict.UseCpu;
import io.streamdistill.engine.dl4j.device.DeviceVerdict.UseGpu;
import java.util.List;

/**
 * Decides between GPU and CPU before ND4J loads.
 *
 * <p>The CUDA 11.6 library of ND4J 1.0.0-M2.1 holds machine code for compute capabilities 3.7 to
 * 8.6 and no PTX. 8.9 (L4, L40) runs the code for 8.6; 9.0 and later cannot run any of it, yet ND4J
 * selects such a GPU and fails at the first operation with "no kernel image".
 */
public final class DevicePreflight {

  private static final ComputeCapability OLDEST = new ComputeCapability(3, 7);
  private static final ComputeCapability FIRST_TOO_NEW = new ComputeCapability(9, 0);
  private static final String SUPPORTED =
      "ND4J's CUDA 11.6 backend runs on compute capability 3.7 to 8.6 and on 8.9"
          + " (among them V100, T4, A100, A10, L4, L40)";

  private DevicePreflight() {}

  /** Asks this machine. */
  public static DeviceVerdict check() {
    return check(new NvidiaSmi());
  }

  /**
   * Judges what {@code runtime} found.
   *
   * @throws ConfigException when the CUDA backend is the only one in this build, and no GPU of this
   *     machine can run it
   */
  public static DeviceVerdict check(CudaRuntime runtime) {
    CudaRuntime.Answer answer = runtime.ask();
    if (answer instanceof CudaRuntime.NoDriver noDriver) {
      return cpu(
          runtime,
          Reason.DRIVER_MISSING,
          "found no usable NVIDIA driver: %s".formatted(noDriver.detail()));
    }
    List<CudaDevice> devices = ((CudaRuntime.Devices) answer).devices();
    if (devices.isEmpty()) {
      return cpu(runtime, Reason.NO_DEVICE, "the NVIDIA driver reports no GPU");
    }
    // ND4J takes the first device unless told otherwise, so the first is the one that must do.
    CudaDevice first = devices.get(0);
    if (first.computeCapability().compareTo(FIRST_TOO_NEW) >= 0) {
      return cpu(runtime, Reason.COMPUTE_CAPABILITY_TOO_NEW, "found " + first + ": too new");
    }
    if (first.computeCapability().compareTo(OLDEST) < 0) {
      return cpu(runtime, Reason.COMPUTE_CAPABILITY_TOO_OLD, "found " + first + ": too old");
    }
    if (!runtime.hasCudaBackend()) {
      return cpu(
          runtime,
          Reason.BACKEND_NOT_BUILT,
          "found %s, but this build has no CUDA backend (build with -Pcuda)".formatted(first));
    }
    return new UseGpu(first, "training runs on the GPU: found %s. %s.".formatted(first, SUPPORTED));
  }

  private static DeviceVerdict cpu(CudaRuntime runtime, Reason reason, String found) {
    if (runtime.hasCudaBackend() && !runtime.hasCpuBackend()) {
      throw new ConfigException(
          "this build can train on a GPU only, and cannot here: %s. %s. Build without -Pcuda to train on the CPU."
              .formatted(found, SUPPORTED));
    }
    return new UseCpu(reason, "training runs on the CPU: %s. %s.".formatted(found, SUPPORTED));
  }
}
