package io.streamdistill.engine.cuda.driver;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import io.streamdistill.engine.cuda.device.DeviceException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * CUDA's driver API, mapped directly. Handles and addresses are longs. Every function returns a
 * status: pass it to {@link #check}.
 */
final class Driver {

  static final String LIBRARY = "libcuda.so.1";

  /** {@code CU_DEVICE_ATTRIBUTE_...}. */
  static final int MULTIPROCESSORS = 16;

  static final int CAPABILITY_MAJOR = 75;
  static final int CAPABILITY_MINOR = 76;

  private static final int NOT_READY = 600;

  /** Functions that have another version than their first. */
  private static final Set<String> SECOND =
      Set.of(
          "MemAlloc",
          "MemFree",
          "MemcpyHtoDAsync",
          "MemcpyDtoHAsync",
          "StreamBeginCapture",
          "StreamDestroy",
          "EventDestroy");

  private static boolean loaded;

  private Driver() {}

  /**
   * Loads the library and initialises it, once.
   *
   * @throws DeviceException when there is none, or it is too old, or finds no device
   */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    try {
      NativeLibrary library =
          NativeLibrary.getInstance(
              LIBRARY,
              Map.of(
                  com.sun.jna.Library.OPTION_FUNCTION_MAPPER,
                  (com.sun.jna.FunctionMapper) (of, method) -> symbol(method.getName())));
      Native.register(Driver.class, library);
    } catch (UnsatisfiedLinkError e) {
      throw new DeviceException(
          "finds no usable NVIDIA driver: %s: %s".formatted(LIBRARY, e.getMessage()), e);
    }
    check(init(0), "cuInit");
    loaded = true;
  }

  private static String symbol(String method) {
    String name = Character.toUpperCase(method.charAt(0)) + method.substring(1);
    return "cu" + name + (SECOND.contains(name) ? "_v2" : "");
  }

  /**
   * Makes sure that a function did what it was called for.
   *
   * @throws DeviceException when it did not
   */
  static void check(int status, String what) {
    if (status != 0) {
      throw new DeviceException("%s failed: %s".formatted(what, describe(status)));
    }
  }

  /** A status as the driver explains it. */
  static String describe(int status) {
    var name = new LongByReference();
    var text = new LongByReference();
    if (getErrorName(status, name) != 0 || getErrorString(status, text) != 0) {
      return "CUDA error " + status;
    }
    return "%s (%d), %s".formatted(string(name), status, string(text));
  }

  private static String string(LongByReference address) {
    return new Pointer(address.getValue()).getString(0, "US-ASCII");
  }

  /** Whether an event has been reached. */
  static boolean isReached(long event) {
    int status = eventQuery(event);
    if (status == NOT_READY) {
      return false;
    }
    check(status, "a step on the device");
    return true;
  }

  // The names are those of the driver without "cu": see symbol().

  static native int init(int flags);

  static native int driverGetVersion(IntByReference version);

  static native int getErrorName(int status, LongByReference name);

  static native int getErrorString(int status, LongByReference text);

  static native int deviceGetCount(IntByReference count);

  static native int deviceGet(IntByReference device, int ordinal);

  static native int deviceGetName(byte[] name, int length, int device);

  static native int deviceGetAttribute(IntByReference value, int attribute, int device);

  static native int devicePrimaryCtxRetain(LongByReference context, int device);

  static native int ctxSetCurrent(long context);

  static native int moduleLoadDataEx(
      LongByReference module, byte[] image, int count, @Nullable Pointer keys, Pointer values);

  static native int moduleGetFunction(LongByReference function, long module, String name);

  static native int moduleUnload(long module);

  static native int memAlloc(LongByReference address, long bytes);

  static native int memFree(long address);

  static native int memHostAlloc(LongByReference address, long bytes, int flags);

  static native int memFreeHost(long address);

  static native int memsetD8Async(long address, byte value, long count, long stream);

  static native int memcpyHtoDAsync(long to, long from, long bytes, long stream);

  static native int memcpyDtoHAsync(long to, long from, long bytes, long stream);

  static native int streamCreate(LongByReference stream, int flags);

  static native int streamSynchronize(long stream);

  static native int streamWaitEvent(long stream, long event, int flags);

  static native int streamDestroy(long stream);

  static native int streamBeginCapture(long stream, int mode);

  static native int streamEndCapture(long stream, LongByReference graph);

  static native int graphInstantiateWithFlags(LongByReference executable, long graph, long flags);

  static native int graphLaunch(long executable, long stream);

  static native int graphDestroy(long graph);

  static native int graphExecDestroy(long executable);

  static native int eventCreate(LongByReference event, int flags);

  static native int eventRecord(long event, long stream);

  static native int eventQuery(long event);

  static native int eventSynchronize(long event);

  static native int eventDestroy(long event);

  static native int launchKernelEx(long launch, long function, long parameters, long extra);
}
