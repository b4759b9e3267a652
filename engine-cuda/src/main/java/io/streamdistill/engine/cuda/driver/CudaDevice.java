package io.streamdistill.engine.cuda.driver;

import com.sun.jna.Pointer;
import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.cuda.device.DeviceException;
import io.streamdistill.engine.cuda.device.DeviceMemory;
import io.streamdistill.engine.cuda.device.HostMemory;
import io.streamdistill.engine.cuda.device.Kernel;
import io.streamdistill.engine.cuda.device.Mark;
import io.streamdistill.engine.cuda.device.Matrix;
import io.streamdistill.engine.cuda.device.OwnProduct;
import io.streamdistill.engine.cuda.device.Recording;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A GPU by the driver's own interface: one stream, kernels from PTX, products by cuBLAS. */
public final class CudaDevice implements Device {

  private static final Cleaner CLEANER = Cleaner.create();

  /** {@code CU_STREAM_NON_BLOCKING}, and {@code CU_EVENT_DISABLE_TIMING}. */
  private static final int NON_BLOCKING = 1;

  private static final int NO_TIMING = 2;

  /** {@code CU_STREAM_CAPTURE_MODE_THREAD_LOCAL}: other threads may do as they like. */
  private static final int THREAD_LOCAL = 1;

  private final Gpu gpu;
  private final CudaOptions options;
  private final long context;
  private final ThreadLocal<Boolean> current = ThreadLocal.withInitial(() -> false);
  private final long stream;
  private final KernelModule module;
  private final LaunchSlot slot;
  private final @Nullable DeviceMemory workspace; // null without cuBLAS
  private final @Nullable Products products;
  private final List<Long> graphs = new ArrayList<>();
  private final List<Long> events = new ArrayList<>();

  private CudaDevice(Gpu gpu, CudaOptions options) {
    this.gpu = gpu;
    this.options = options;
    context = gpu.context();
    enter();
    stream = Gpu.handle(created -> Driver.streamCreate(created, NON_BLOCKING), "cuStreamCreate");
    module = new KernelModule();
    slot = new LaunchSlot(stream);
    boolean library = options.library() && Blas.load().isEmpty();
    workspace = library ? allocate(Products.WORKSPACE_BYTES) : null;
    products =
        workspace == null ? null : new Products(stream, workspace.address(), options.precision());
  }

  /**
   * Why there is no such GPU to be used.
   *
   * @return to go on from "student.engine cuda"; empty when there is
   */
  public static Optional<String> problem(CudaOptions options) {
    try {
      Gpu.find(options.ordinal());
      return Optional.empty();
    } catch (DeviceException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /**
   * A GPU, and what it will multiply with.
   *
   * @throws DeviceException when there is none
   */
  public static String describe(CudaOptions options) {
    String problem = options.library() ? Blas.load() : "not asked for";
    return Gpu.find(options.ordinal()).describe()
        + (problem.isEmpty()
            ? ", products by cuBLAS in " + options.precision()
            : ", products by a slow kernel of its own, since there is no cuBLAS: " + problem);
  }

  /**
   * Opens it: a stream, and everything on it.
   *
   * @throws DeviceException when it cannot be used
   */
  public static CudaDevice open(CudaOptions options) {
    return new CudaDevice(Gpu.find(options.ordinal()), options);
  }

  /** The driver keeps a context for every thread. */
  private void enter() {
    if (!current.get()) {
      Driver.check(Driver.ctxSetCurrent(context), "cuCtxSetCurrent");
      current.set(true);
    }
  }

  @Override
  public String label() {
    return "cuda";
  }

  @Override
  public String description() {
    return gpu.describe()
        + (products == null
            ? ", products by a kernel of its own"
            : ", products by cuBLAS " + products.version());
  }

  @Override
  public DeviceMemory allocate(long bytes) {
    enter();
    long address =
        Gpu.handle(
            found -> Driver.memAlloc(found, bytes),
            "allocating %d MiB on the GPU".formatted(bytes >> 20));
    Driver.check(Driver.memsetD8Async(address, (byte) 0, bytes, stream), "clearing GPU memory");
    return new DeviceMemory(address, bytes);
  }

  @Override
  public void free(DeviceMemory memory) {
    enter();
    Driver.check(Driver.memFree(memory.address()), "freeing GPU memory");
  }

  @Override
  public HostMemory allocateHost(long bytes) {
    enter();
    long address =
        Gpu.handle(
            found -> Driver.memHostAlloc(found, bytes, 0),
            "allocating %d MiB of page-locked memory".formatted(bytes >> 20));
    ByteBuffer buffer = new Pointer(address).getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
    new Pointer(address).clear(bytes);
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

  @Override
  public void upload(DeviceMemory to, HostMemory from, long bytes) {
    requireWithin(bytes, to, from);
    enter();
    Driver.check(
        Driver.memcpyHtoDAsync(to.address(), from.address(), bytes, stream), "a copy to the GPU");
  }

  @Override
  public void download(HostMemory to, DeviceMemory from, long bytes) {
    requireWithin(bytes, from, to);
    enter();
    Driver.check(
        Driver.memcpyDtoHAsync(to.address(), from.address(), bytes, stream), "a copy from the GPU");
  }

  private static void requireWithin(long bytes, DeviceMemory device, HostMemory host) {
    if (bytes > device.bytes() || bytes > host.bytes()) {
      throw new IllegalArgumentException(
          "%d bytes of %d on the GPU and %d on the host"
              .formatted(bytes, device.bytes(), host.bytes()));
    }
  }

  @Override
  public void launch(Kernel kernel, long... words) {
    enter();
    slot.launch(module.function(kernel), kernel, words);
  }

  @Override
  public void multiply(Matrix a, boolean transposeA, Matrix b, boolean transposeB, Matrix c) {
    if (products == null) {
      launch(Kernel.PRODUCT, OwnProduct.words(a, transposeA, b, transposeB, c));
    } else {
      enter();
      products.multiply(a, transposeA, b, transposeB, c);
    }
  }

  @Override
  public Mark mark() {
    enter();
    long event = Gpu.handle(found -> Driver.eventCreate(found, NO_TIMING), "cuEventCreate");
    events.add(event);
    return new EventMark(event);
  }

  private final class EventMark implements Mark {
    private final long event;

    EventMark(long event) {
      this.event = event;
    }

    @Override
    public void set() {
      enter();
      Driver.check(Driver.eventRecord(event, stream), "cuEventRecord");
    }

    @Override
    public boolean isReached() {
      enter();
      return Driver.isReached(event);
    }

    @Override
    public void await() {
      enter();
      Driver.check(Driver.eventSynchronize(event), "a step on the GPU");
    }
  }

  @Override
  public Recording record(Runnable work) {
    if (!options.graphs()) {
      return work::run;
    }
    enter();
    Driver.check(Driver.streamBeginCapture(stream, THREAD_LOCAL), "cuStreamBeginCapture");
    long graph;
    try {
      work.run();
    } finally {
      graph = Gpu.handle(found -> Driver.streamEndCapture(stream, found), "cuStreamEndCapture");
    }
    long executable =
        Gpu.handle(
            found -> Driver.graphInstantiateWithFlags(found, graph, 0), "cuGraphInstantiate");
    Driver.check(Driver.graphDestroy(graph), "cuGraphDestroy");
    graphs.add(executable);
    return () -> {
      enter();
      Driver.check(Driver.graphLaunch(executable, stream), "cuGraphLaunch");
    };
  }

  @Override
  public void synchronise() {
    enter();
    Driver.check(Driver.streamSynchronize(stream), "work on the GPU");
  }

  @Override
  public void close() {
    synchronise();
    graphs.forEach(graph -> Driver.check(Driver.graphExecDestroy(graph), "cuGraphExecDestroy"));
    events.forEach(event -> Driver.check(Driver.eventDestroy(event), "cuEventDestroy"));
    if (products != null) {
      products.destroy();
    }
    if (workspace != null) {
      free(workspace);
    }
    module.unload();
    Driver.check(Driver.streamDestroy(stream), "cuStreamDestroy");
  }
}
