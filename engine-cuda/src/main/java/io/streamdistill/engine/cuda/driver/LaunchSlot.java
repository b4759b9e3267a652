package io.streamdistill.engine.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.streamdistill.engine.cuda.device.Kernel;

/** Memory in which a launch is described; the driver has copied it when a launch returns. */
final class LaunchSlot {

  private static final int THREADS = 256;
  private static final int WARP = 32;

  /** Offsets in {@code CUlaunchConfig}; what is not named stays 0. */
  private static final int GRID_X = 0;

  private static final int GRID_Y = 4;
  private static final int GRID_Z = 8;
  private static final int BLOCK_X = 12;
  private static final int BLOCK_Y = 16;
  private static final int BLOCK_Z = 20;
  private static final int STREAM = 32;
  private static final int CONFIG_BYTES = 56;

  private final Memory config = new Memory(CONFIG_BYTES);
  private final Memory arguments = new Memory((long) Kernel.MOST_WORDS * Long.BYTES);
  private final Memory parameters = new Memory(Long.BYTES); // (1): where the arguments are
  private final long configAt = Pointer.nativeValue(config);
  private final long parametersAt = Pointer.nativeValue(parameters);

  LaunchSlot(long stream) {
    config.clear();
    arguments.clear();
    config.setInt(GRID_Y, 1);
    config.setInt(GRID_Z, 1);
    config.setInt(BLOCK_X, THREADS);
    config.setInt(BLOCK_Y, 1);
    config.setInt(BLOCK_Z, 1);
    config.setLong(STREAM, stream);
    parameters.setPointer(0, arguments);
  }

  void launch(long function, Kernel kernel, long[] words) {
    long threads = kernel.elements(words) * (kernel.byWarps() ? WARP : 1);
    config.setInt(GRID_X, Math.toIntExact((threads + THREADS - 1) / THREADS));
    arguments.write(0, words, 0, words.length);
    int status = Driver.launchKernelEx(configAt, function, parametersAt, 0);
    if (status != 0) {
      Driver.check(status, "kernel " + kernel.symbol());
    }
  }
}
