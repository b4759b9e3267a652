package io.streamdistill.engine.cuda.driver;

/**
 * How a GPU is used.
 *
 * @param ordinal which one, in the driver's order; default 0
 * @param precision of products; default {@link Precision#FP32}
 * @param library whether cuBLAS multiplies where there is one; default true
 * @param graphs whether recorded work is a CUDA graph; default true; the bits do not depend on it
 */
public record CudaOptions(int ordinal, Precision precision, boolean library, boolean graphs) {

  /** The first GPU, FP32, cuBLAS, graphs. */
  public static final CudaOptions DEFAULT = new CudaOptions(0, Precision.FP32, true, true);

  /** The same, with products by a kernel. */
  CudaOptions withoutLibrary() {
    return new CudaOptions(ordinal, precision, false, graphs);
  }

  /** What factors are rounded to before they are multiplied. Weights and sums stay FP32. */
  public enum Precision {
    /** Not at all. */
    FP32,
    /** 10 bits of mantissa, on tensor cores. */
    TF32
  }
}
