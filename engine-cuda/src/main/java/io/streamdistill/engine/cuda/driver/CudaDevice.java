package io.streamdistill.engine.cuda.driver;

import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.cuda.device.DeviceException;
import io.streamdistill.engine.cuda.device.DeviceMemory;
import io.streamdistill.engine.cuda.device.HostMemory;
import io.streamdistill.engine.cuda.device.Kernel;
import io.streamdistill.engine.cuda.device.Mark;
import io.streamdistill.engine.cuda.device.Matrix;
import io.streamdistill.engine.cuda.device.Recording;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A GPU by the driver's own interface: kernels from PTX, products by cuBLAS, recordings as CUDA
 * graphs. Of its three streams one does the work, one what is queued {@linkplain #aside aside}, and
 * one copies {@linkplain #uploadAhead ahead}.
 */
public final class CudaDevice implements Device {

  /** {@code CU_STREAM_CAPTURE_MODE_THREAD_LOCAL}: other threads may do as they like. */
  private static final int THREAD_LOCAL = 1;

  private final Gpu gpu;
  private final CudaOptions options;
  private final long context;
  private final ThreadLocal<Boolean> current = ThreadLocal.withInitial(() -> false);
  private final KernelModule module;
  private final Lane main;
  private final Lane side;
  private final Lane ahead;
  private final Set<DeviceMemory> taken = new HashSet<>();
  private final List<Long> graphs = new ArrayList<>();
  private final List<Long> events = new ArrayList<>();
  private Lane lane; // where work is queued now: main or side

  private CudaDevice(Gpu gpu, CudaOptions options) {
    this.gpu = gpu;
    this.options = options;
    context = gpu.context();
    enter();
    module = new KernelModule();
    main = new Lane(module, options);
    side = new Lane(module, options);
    ahead = new Lane(module, options.withoutLibrary());
    lane = main;
  }

  /**
   * Why there is no such GPU to be used.
   *
   * @return to go on from "student.engine cuda"; empty when there is
   */
  public static Optional<String> problem(CudaOptions options) {
    try {
      var unused = Gpu.find(options.ordinal());
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
   * Opens it: streams, and everything on them.
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
    enter();
    return "%s, products by %s".formatted(gpu.describe(), main.describeProducts());
  }

  @Override
  public DeviceMemory allocate(long bytes) {
    enter();
    DeviceMemory memory = GpuMemory.allocate(bytes, main.stream());
    taken.add(memory);
    return memory;
  }

  @Override
  public void free(DeviceMemory memory) {
    if (!taken.remove(memory)) {
      throw new IllegalArgumentException("no memory of this device, or freed: " + memory);
    }
    enter();
    GpuMemory.free(memory);
  }

  @Override
  public HostMemory allocateHost(long bytes) {
    enter();
    return GpuMemory.allocateHost(bytes, context);
  }

  @Override
  public void upload(DeviceMemory to, HostMemory from, long bytes) {
    upload(to, from, bytes, lane);
  }

  @Override
  public void uploadAhead(DeviceMemory to, HostMemory from, long bytes) {
    upload(to, from, bytes, ahead);
    main.follow(ahead);
  }

  private void upload(DeviceMemory to, HostMemory from, long bytes, Lane by) {
    requireWithin(bytes, to, from);
    enter();
    Driver.check(
        Driver.memcpyHtoDAsync(to.address(), from.address(), bytes, by.stream()),
        "a copy to the GPU");
  }

  @Override
  public void download(HostMemory to, DeviceMemory from, long bytes) {
    requireWithin(bytes, from, to);
    enter();
    Driver.check(
        Driver.memcpyDtoHAsync(to.address(), from.address(), bytes, lane.stream()),
        "a copy from the GPU");
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
    lane.launch(kernel, words);
  }

  @Override
  public void multiply(Matrix a, boolean transposeA, Matrix b, boolean transposeB, Matrix c) {
    enter();
    lane.multiply(a, transposeA, b, transposeB, c);
  }

  @Override
  public void aside(Runnable work) {
    enter();
    side.follow(main);
    lane = side;
    try {
      work.run();
    } finally {
      lane = main;
    }
  }

  @Override
  public void join() {
    enter();
    main.follow(side);
  }

  @Override
  public Mark mark() {
    enter();
    long event = Events.create();
    events.add(event);
    return new EventMark(event, main.stream(), this::enter);
  }

  @Override
  public Recording record(Runnable work) {
    if (!options.graphs()) {
      return work::run;
    }
    enter();
    Driver.check(Driver.streamBeginCapture(main.stream(), THREAD_LOCAL), "cuStreamBeginCapture");
    long graph;
    try {
      work.run();
    } finally {
      graph =
          Gpu.handle(found -> Driver.streamEndCapture(main.stream(), found), "cuStreamEndCapture");
    }
    long executable =
        Gpu.handle(
            found -> Driver.graphInstantiateWithFlags(found, graph, 0), "cuGraphInstantiate");
    Driver.check(Driver.graphDestroy(graph), "cuGraphDestroy");
    graphs.add(executable);
    return () -> {
      enter();
      Driver.check(Driver.graphLaunch(executable, main.stream()), "cuGraphLaunch");
    };
  }

  @Override
  public void synchronise() {
    enter();
    main.synchronise();
  }

  @Override
  public void close() {
    enter();
    main.close();
    side.close();
    ahead.close();
    graphs.forEach(graph -> Driver.check(Driver.graphExecDestroy(graph), "cuGraphExecDestroy"));
    events.forEach(Events::destroy);
    taken.forEach(GpuMemory::free);
    module.unload();
  }
}
