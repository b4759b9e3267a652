package io.streamdistill.engine.cuda.driver;

import com.sun.jna.Pointer;
import io.streamdistill.engine.cuda.device.DeviceMemory;
import io.streamdistill.engine.cuda.device.HostMemory;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory of a GPU, and memory of the host that it reads, in the current context. */
final class GpuMemory {

  private static final Cleaner CLEANER = Cleaner.create();

  private GpuMemory() {}

  /** Zeroed memory of the GPU. */
  static DeviceMemory allocate(long bytes, long stream) {
    long address =
        Gpu.handle(
            found -> Driver.memAlloc(found, bytes),
            "allocating %d MiB on the GPU".formatted(bytes >> 20));
    Driver.check(Driver.memsetD8Async(address, (byte) 0, bytes, stream), "clearing GPU memory");
    Driver.check(Driver.streamSynchronize(stream), "clearing GPU memory"); // before other streams
    return new DeviceMemory(address, bytes);
  }

  static void free(DeviceMemory memory) {
    Driver.check(Driver.memFree(memory.address()), "freeing GPU memory");
  }

  /** Page-locked memory, zeroed, which goes when nothing refers to its buffer any more. */
  static HostMemory allocateHost(long bytes, long context) {
    long address =
        Gpu.handle(
            found -> Driver.memHostAlloc(found, bytes, 0),
            "allocating %d MiB of page-locked memory".formatted(bytes >> 20));
    new Pointer(address).clear(bytes);
    ByteBuffer buffer = new Pointer(address).getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
    CLEANER.register(buffer, new Unlocked(context, address));
    return new HostMemory(buffer, address);
  }

  /** Gives page-locked memory back, on the thread of the cleaner. */
  private record Unlocked(long context, long address) implements Runnable {
    @Override
    public void run() {
      Driver.check(Driver.ctxSetCurrent(context), "cuCtxSetCurrent");
      Driver.check(Driver.memFreeHost(address), "freeing page-locked memory");
    }
  }
}
