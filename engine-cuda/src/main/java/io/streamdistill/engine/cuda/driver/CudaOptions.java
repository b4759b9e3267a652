package io.streamdistill.engine.cuda.driver;

/**
 * How a GPU is used.
 *
 * @param ordinal which one, in the driver's order; default 0
 * @param precision of products; default {@link Precision#FP32}
 * @param library whether cuBLAS multiplies where there is one; default true
 */
public record CudaOptions(int ordinal, Precision precision, boolean library) {

  /** The first GPU, FP32, cuBLAS. */
  public static final CudaOptions DEFAULT = new CudaOptions(0, Precision.FP32, true);

  /** What factors are rounded to before they are multiplied. Weights and sums stay FP32. */
  public enum Precision {
    /** Not at all. */
    FP32,
    /** 10 bits of mantissa, on tensor cores. */
    TF32
  }
}
