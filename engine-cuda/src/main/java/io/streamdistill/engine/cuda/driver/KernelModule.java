package io.streamdistill.engine.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.ptr.LongByReference;
import io.streamdistill.engine.cuda.device.DeviceException;
import io.streamdistill.engine.cuda.device.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** The kernels, as the driver has translated them for its GPU. */
final class KernelModule {

  /** Of {@code kernels/students.cu}; made by {@code kernels/build.sh}. */
  static final String PTX = "students.ptx";

  private static final int LOG_BYTES = 4096;

  /** {@code CU_JIT_ERROR_LOG_BUFFER} and {@code CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES}. */
  private static final int[] LOG_OPTIONS = {5, 6};

  private final long handle;
  private final Map<Kernel, Long> functions = new EnumMap<>(Kernel.class);

  /** Loads it into the current context. */
  KernelModule() {
    handle = load();
    for (Kernel kernel : Kernel.values()) {
      functions.put(
          kernel,
          Gpu.handle(
              function -> Driver.moduleGetFunction(function, handle, kernel.symbol()),
              "cuModuleGetFunction " + kernel.symbol()));
    }
  }

  private static long load() {
    byte[] ptx = ptx();
    byte[] text = Arrays.copyOf(ptx, ptx.length + 1); // the driver wants a 0 at the end
    try (Memory log = new Memory(LOG_BYTES);
        Memory keys = new Memory(8);
        Memory values = new Memory(16)) {
      log.clear();
      keys.write(0, LOG_OPTIONS, 0, 2);
      values.setPointer(0, log);
      values.setLong(8, LOG_BYTES);
      var module = new LongByReference();
      int status = Driver.moduleLoadDataEx(module, text, 2, keys, values);
      if (status != 0) {
        throw new DeviceException(
            "the driver does not translate the kernels: %s %s"
                .formatted(Driver.describe(status), log.getString(0)));
      }
      return module.getValue();
    }
  }

  static byte[] ptx() {
    try (InputStream in = KernelModule.class.getResourceAsStream(PTX)) {
      if (in == null) {
        throw new DeviceException("the class path has no " + PTX);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The handle of a kernel. */
  long function(Kernel kernel) {
    Long function = functions.get(kernel);
    if (function == null) {
      throw new IllegalStateException("no kernel " + kernel);
    }
    return function;
  }

  void unload() {
    Driver.check(Driver.moduleUnload(handle), "cuModuleUnload");
  }
}
