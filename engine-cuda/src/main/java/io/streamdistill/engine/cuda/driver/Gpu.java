package io.streamdistill.engine.cuda.driver;

import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import io.streamdistill.engine.cuda.device.DeviceException;
import java.nio.charset.StandardCharsets;

/**
 * A GPU that the driver knows.
 *
 * @param handle that the driver gives it
 * @param capability ten times major, plus minor, of its compute capability
 * @param driver CUDA version of the driver, 1000 times major and ten times minor
 */
record Gpu(int handle, String name, int capability, int multiprocessors, int driver) {

  /** Least compute capability that the kernels are made for: 7.5. */
  private static final int LEAST_CAPABILITY = 75;

  /** Least driver: CUDA 11.8, which takes PTX 7.8. */
  private static final int LEAST_DRIVER = 11_080;

  /**
   * Finds it.
   *
   * @throws DeviceException when it is not there or cannot be used; goes on from "student.engine
   *     cuda"
   */
  static Gpu find(int ordinal) {
    Driver.load();
    int driver = value(version -> Driver.driverGetVersion(version), "cuDriverGetVersion");
    int count = value(found -> Driver.deviceGetCount(found), "cuDeviceGetCount");
    if (ordinal >= count) {
      throw new DeviceException(
          "finds no GPU number %d: the driver reports %d".formatted(ordinal, count));
    }
    int handle = value(found -> Driver.deviceGet(found, ordinal), "cuDeviceGet");
    byte[] name = new byte[256];
    Driver.check(Driver.deviceGetName(name, name.length, handle), "cuDeviceGetName");
    Gpu gpu =
        new Gpu(
            handle,
            new String(name, StandardCharsets.US_ASCII).replaceAll("\0.*", ""),
            10 * attribute(Driver.CAPABILITY_MAJOR, handle)
                + attribute(Driver.CAPABILITY_MINOR, handle),
            attribute(Driver.MULTIPROCESSORS, handle),
            driver);
    gpu.requireUsable();
    return gpu;
  }

  private void requireUsable() {
    if (capability < LEAST_CAPABILITY) {
      throw new DeviceException(
          "needs a GPU of compute capability 7.5 or higher, found " + this.describe());
    }
    if (driver < LEAST_DRIVER) {
      throw new DeviceException("needs a driver for CUDA 11.8 or newer, found " + this.describe());
    }
  }

  private static int attribute(int attribute, int handle) {
    return value(
        found -> Driver.deviceGetAttribute(found, attribute, handle), "cuDeviceGetAttribute");
  }

  /** For logs. */
  String describe() {
    return "%s (compute capability %d.%d, %d multiprocessors, driver for CUDA %d.%d)"
        .formatted(
            name,
            capability / 10,
            capability % 10,
            multiprocessors,
            driver / 1000,
            driver % 1000 / 10);
  }

  /** The context that everything of this process on this GPU shares; it lives as long. */
  long context() {
    return handle(
        context -> Driver.devicePrimaryCtxRetain(context, handle), "cuDevicePrimaryCtxRetain");
  }

  /** A function that writes a number. */
  @FunctionalInterface
  interface IntResult {
    int status(IntByReference result);
  }

  /** A function that writes a handle or an address. */
  @FunctionalInterface
  interface LongResult {
    int status(LongByReference result);
  }

  static int value(IntResult call, String what) {
    var result = new IntByReference();
    Driver.check(call.status(result), what);
    return result.getValue();
  }

  static long handle(LongResult call, String what) {
    var result = new LongByReference();
    Driver.check(call.status(result), what);
    return result.getValue();
  }
}
