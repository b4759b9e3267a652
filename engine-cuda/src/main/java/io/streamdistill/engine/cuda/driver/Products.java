package io.streamdistill.engine.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import io.streamdistill.engine.cuda.device.DeviceMemory;
import io.streamdistill.engine.cuda.device.Matrix;
import io.streamdistill.engine.cuda.device.OwnProduct;
import io.streamdistill.engine.cuda.driver.CudaOptions.Precision;

/**
 * Matrix products by cuBLAS, on one stream and with memory of their own, so that the same library
 * on the same GPU gives the same bits.
 */
final class Products {

  /** What NVIDIA recommends for Hopper; elsewhere less would do. */
  private static final long WORKSPACE_BYTES = 32L << 20;

  private final long handle;
  private final DeviceMemory workspace;
  private final Memory factors = new Memory(2L * Float.BYTES); // alpha, beta
  private final long alpha = Pointer.nativeValue(factors);
  private final long beta = alpha + Float.BYTES;

  /** Creates them in the current context; {@link Blas} is loaded. */
  Products(long stream, Precision precision) {
    workspace = GpuMemory.allocate(WORKSPACE_BYTES, stream);
    var created = new LongByReference();
    Blas.check(Blas.create(created), "cublasCreate");
    handle = created.getValue();
    Blas.check(Blas.setStream(handle, stream), "cublasSetStream");
    Blas.check(
        Blas.setWorkspace(handle, workspace.address(), WORKSPACE_BYTES), "cublasSetWorkspace");
    Blas.check(
        Blas.setMathMode(handle, precision == Precision.TF32 ? Blas.TF32_MATH : Blas.PLAIN_MATH),
        "cublasSetMathMode");
    factors.setFloat(0, 1);
    factors.setFloat(Float.BYTES, 0);
  }

  /** Version of the library, such as {@code 13.1.0}. */
  String version() {
    var version = new IntByReference();
    Blas.check(Blas.getVersion(handle, version), "cublasGetVersion");
    int number = version.getValue();
    return "%d.%d.%d".formatted(number / 10_000, number / 100 % 100, number % 100);
  }

  void multiply(Matrix a, boolean transposeA, Matrix b, boolean transposeB, Matrix c) {
    int depth = OwnProduct.depth(a, transposeA, b, transposeB, c);
    int status =
        Blas.sgemm(
            handle,
            transposeA ? 1 : 0,
            transposeB ? 1 : 0,
            c.rows(),
            c.columns(),
            depth,
            alpha,
            a.address(),
            a.rows(),
            b.address(),
            b.rows(),
            beta,
            c.address(),
            c.rows());
    Blas.check(status, "a matrix product");
  }

  void destroy() {
    Blas.check(Blas.destroy(handle), "cublasDestroy");
    GpuMemory.free(workspace);
  }
}
