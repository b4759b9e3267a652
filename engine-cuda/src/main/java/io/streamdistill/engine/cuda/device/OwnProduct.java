package io.streamdistill.engine.cuda.device;

/** Matrix products by a kernel: exact to the bit from run to run, and slow. */
public final class OwnProduct {

  private OwnProduct() {}

  /** The arguments of {@link Kernel#PRODUCT}, and whether the matrices fit. */
  public static long[] words(Matrix a, boolean transposeA, Matrix b, boolean transposeB, Matrix c) {
    int depth = depth(a, transposeA, b, transposeB, c);
    return new long[] {
      (long) c.rows() * c.columns(),
      a.address(),
      b.address(),
      c.address(),
      c.rows(),
      depth,
      transposeA ? a.rows() : 1,
      transposeA ? 1 : a.rows(),
      transposeB ? b.rows() : 1,
      transposeB ? 1 : b.rows()
    };
  }

  /**
   * Columns of op(A).
   *
   * @throws IllegalArgumentException when the matrices do not fit
   */
  public static int depth(Matrix a, boolean transposeA, Matrix b, boolean transposeB, Matrix c) {
    int rows = transposeA ? a.columns() : a.rows();
    int depth = transposeA ? a.rows() : a.columns();
    int other = transposeB ? b.columns() : b.rows();
    int columns = transposeB ? b.rows() : b.columns();
    if (rows != c.rows() || columns != c.columns() || depth != other) {
      throw new IllegalArgumentException(
          "no product: (%d, %d) (%d, %d) = (%d, %d)"
              .formatted(rows, depth, other, columns, c.rows(), c.columns()));
    }
    return depth;
  }
}
