package io.streamdistill.experiments.mnist;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A column-major float matrix that BLAS and plain Java loops share without copying.
 *
 * @param values the memory of {@code array}: element (i, j) at j * rows + i
 */
record Matrix(INDArray array, FloatBuffer values, int rows, int columns) {

  static Matrix zeros(int rows, int columns) {
    INDArray array = Nd4j.create(DataType.FLOAT, new long[] {rows, columns}, 'f');
    FloatBuffer values =
        array
            .data()
            .pointer()
            .capacity(array.length())
            .asByteBuffer()
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    return new Matrix(array, values, rows, columns);
  }

  int length() {
    return rows * columns;
  }

  /** this = alpha a b + beta this. */
  void product(double alpha, Matrix a, Matrix b, double beta) {
    Nd4j.gemm(a.array, b.array, array, false, false, alpha, beta);
  }

  /** this = a' b. */
  void transposedProduct(Matrix a, Matrix b) {
    Nd4j.gemm(a.array, b.array, array, true, false, 1, 0);
  }

  /** this = alpha a b' + beta this. */
  void productTransposed(double alpha, Matrix a, Matrix b, double beta) {
    Nd4j.gemm(a.array, b.array, array, false, true, alpha, beta);
  }
}
