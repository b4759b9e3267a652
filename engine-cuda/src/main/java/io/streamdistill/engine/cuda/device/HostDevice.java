package io.streamdistill.engine.cuda.device;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * The kernels on this machine's processor, from a library that a C++ compiler makes of the same
 * source. One thread, and everything is done at once: for tests, and to compare GPUs with.
 */
public final class HostDevice implements Device {

  private static final Mark REACHED =
      new Mark() {
        @Override
        public void set() {}

        @Override
        public boolean isReached() {
          return true;
        }

        @Override
        public void await() {}
      };

  private final Map<Kernel, Function> functions = new EnumMap<>(Kernel.class);
  private final Map<Long, Memory> memory = new HashMap<>();
  private final Memory arguments = new Memory((long) Kernel.MOST_WORDS * Long.BYTES);

  /**
   * Opens it.
   *
   * @param library as {@code kernels/build.sh host} makes it
   * @throws DeviceException when it cannot be loaded
   */
  public HostDevice(Path library) {
    try {
      NativeLibrary loaded = NativeLibrary.getInstance(library.toAbsolutePath().toString());
      for (Kernel kernel : Kernel.values()) {
        functions.put(kernel, loaded.getFunction(kernel.symbol()));
      }
    } catch (UnsatisfiedLinkError e) {
      throw new DeviceException("%s cannot be used: %s".formatted(library, e.getMessage()), e);
    }
  }

  @Override
  public String label() {
    return "host";
  }

  @Override
  public String description() {
    return "the kernels on the CPU, one thread";
  }

  @Override
  public DeviceMemory allocate(long bytes) {
    Memory taken = new Memory(bytes);
    taken.clear();
    long address = Pointer.nativeValue(taken);
    memory.put(address, taken);
    return new DeviceMemory(address, bytes);
  }

  @Override
  public void free(DeviceMemory taken) {
    Memory freed = memory.remove(taken.address());
    if (freed == null) {
      throw new IllegalArgumentException("no memory of this device, or freed: " + taken);
    }
    freed.close();
  }

  @Override
  public HostMemory allocateHost(long bytes) {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    return new HostMemory(buffer, Pointer.nativeValue(Native.getDirectBufferPointer(buffer)));
  }

  @Override
  public void upload(DeviceMemory to, HostMemory from, long bytes) {
    copy(to, bytes).put(from.buffer().duplicate().position(0).limit(Math.toIntExact(bytes)));
  }

  @Override
  public void uploadAhead(DeviceMemory to, HostMemory from, long bytes) {
    upload(to, from, bytes);
  }

  @Override
  public void download(HostMemory to, DeviceMemory from, long bytes) {
    to.buffer().duplicate().position(0).put(copy(from, bytes));
  }

  private static ByteBuffer copy(DeviceMemory of, long bytes) {
    if (bytes > of.bytes()) {
      throw new IllegalArgumentException("%d of %d bytes".formatted(bytes, of.bytes()));
    }
    return new Pointer(of.address()).getByteBuffer(0, bytes);
  }

  @Override
  public void launch(Kernel kernel, long... words) {
    kernel.elements(words);
    arguments.write(0, words, 0, words.length);
    Function function = functions.get(kernel);
    if (function == null) {
      throw new IllegalStateException("no kernel " + kernel);
    }
    function.invokeVoid(new Object[] {arguments});
  }

  @Override
  public void multiply(Matrix a, boolean transposeA, Matrix b, boolean transposeB, Matrix c) {
    launch(Kernel.PRODUCT, OwnProduct.words(a, transposeA, b, transposeB, c));
  }

  @Override
  public void aside(Runnable work) {
    work.run();
  }

  @Override
  public void join() {}

  @Override
  public Mark mark() {
    return REACHED;
  }

  @Override
  public Recording record(Runnable work) {
    return work::run;
  }

  @Override
  public void synchronise() {}

  @Override
  public void close() {
    memory.values().forEach(Memory::close);
    memory.clear();
  }
}
