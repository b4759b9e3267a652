package io.streamdistill.engine.objective;

import java.nio.FloatBuffer;

/**
 * A strided view of floats, such as the native memory of a network's array: element (r, c) is at
 * {@code r * rowStride + c * columnStride}.
 */
public record FloatMatrix(FloatBuffer floats, int rowStride, int columnStride)
    implements LogitMatrix {

  /** The 'f' order of BLAS: (rows, classes) column after column. */
  public static FloatMatrix columnMajor(FloatBuffer floats, int rows) {
    return new FloatMatrix(floats, 1, rows);
  }

  @Override
  public void readRow(int row, double[] into) {
    int at = row * rowStride;
    for (int c = 0; c < into.length; c++, at += columnStride) {
      into[c] = floats.get(at);
    }
  }

  @Override
  public void writeRow(int row, double[] from) {
    int at = row * rowStride;
    for (int c = 0; c < from.length; c++, at += columnStride) {
      floats.put(at, (float) from[c]);
    }
  }
}
