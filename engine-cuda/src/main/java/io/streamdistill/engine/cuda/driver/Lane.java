package io.streamdistill.engine.cuda.driver;

import io.streamdistill.engine.cuda.device.Kernel;
import io.streamdistill.engine.cuda.device.Matrix;
import io.streamdistill.engine.cuda.device.OwnProduct;
import org.jspecify.annotations.Nullable;

/** A stream of a GPU, and what multiplies on it. */
final class Lane {

  /** {@code CU_STREAM_NON_BLOCKING}. */
  private static final int NON_BLOCKING = 1;

  private final long stream;
  private final KernelModule module;
  private final LaunchSlot slot;
  private final @Nullable Products products; // null without cuBLAS
  private final long turn; // event

  /** In the current context. */
  Lane(KernelModule module, CudaOptions options) {
    this.module = module;
    stream = Gpu.handle(created -> Driver.streamCreate(created, NON_BLOCKING), "cuStreamCreate");
    slot = new LaunchSlot(stream);
    products =
        options.library() && Blas.load().isEmpty()
            ? new Products(stream, options.precision())
            : null;
    turn = Events.create();
  }

  long stream() {
    return stream;
  }

  /** For logs. */
  String describeProducts() {
    return products == null ? "a slow kernel of its own" : "cuBLAS " + products.version();
  }

  void launch(Kernel kernel, long[] words) {
    slot.launch(module.function(kernel), kernel, words);
  }

  void multiply(Matrix a, boolean transposeA, Matrix b, boolean transposeB, Matrix c) {
    if (products == null) {
      launch(Kernel.PRODUCT, OwnProduct.words(a, transposeA, b, transposeB, c));
    } else {
      products.multiply(a, transposeA, b, transposeB, c);
    }
  }

  /** What is queued here from now on waits for what is queued there by now. */
  void follow(Lane other) {
    Events.record(other.turn, other.stream);
    Driver.check(Driver.streamWaitEvent(stream, other.turn, 0), "cuStreamWaitEvent");
  }

  void synchronise() {
    Driver.check(Driver.streamSynchronize(stream), "work on the GPU");
  }

  void close() {
    synchronise();
    if (products != null) {
      products.destroy();
    }
    Events.destroy(turn);
    Driver.check(Driver.streamDestroy(stream), "cuStreamDestroy");
  }
}
