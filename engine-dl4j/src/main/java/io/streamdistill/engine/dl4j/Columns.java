package io.streamdistill.engine.dl4j;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * The element-wise parts of a dense layer, over native (rows, units) matrices in 'f' order: one
 * column is one unit, contiguous, with one bias.
 */
final class Columns {

  private final float[] column; // (rows)
  private final int[] bits; // (rows)
  private final int[] mask; // (rows)

  Columns(int maxRows) {
    column = new float[maxRows];
    bits = new int[maxRows];
    mask = new int[maxRows];
  }

  /** {@code z = z + b}. */
  void addBias(FloatBuffer z, int rows, int units, FloatBuffer parameters, int biasAt) {
    for (int u = 0; u < units; u++) {
      float bias = parameters.get(biasAt + u);
      z.get(u * rows, column, 0, rows);
      for (int i = 0; i < rows; i++) {
        column[i] += bias;
      }
      z.put(u * rows, column, 0, rows);
    }
  }

  /** {@code z = max(z + b, 0)}; NaN stays NaN, so that it is seen in the loss. */
  void addBiasAndRectify(FloatBuffer z, int rows, int units, FloatBuffer parameters, int biasAt) {
    for (int u = 0; u < units; u++) {
      float bias = parameters.get(biasAt + u);
      z.get(u * rows, column, 0, rows);
      for (int i = 0; i < rows; i++) {
        column[i] = Math.max(column[i] + bias, 0f);
      }
      z.put(u * rows, column, 0, rows);
    }
  }

  /** How many units of a rectified layer are 0 in every row. */
  int zeros(IntBuffer activation, int rows, int units) {
    int zeros = 0;
    for (int u = 0; u < units; u++) {
      activation.get(u * rows, bits, 0, rows);
      int any = 0;
      for (int i = 0; i < rows; i++) {
        any |= bits[i];
      }
      zeros += any == 0 ? 1 : 0;
    }
    return zeros;
  }

  /**
   * {@code delta = delta where activation > 0, else 0}.
   *
   * <p>On bit patterns, which needs no branch that would be mispredicted every second time: the
   * pattern of an activation is 0 for zero and positive for anything above.
   */
  void maskByActivation(IntBuffer delta, IntBuffer activation, int rows, int units) {
    for (int u = 0; u < units; u++) {
      delta.get(u * rows, bits, 0, rows);
      activation.get(u * rows, mask, 0, rows);
      for (int i = 0; i < rows; i++) {
        bits[i] &= -mask[i] >> 31;
      }
      delta.put(u * rows, bits, 0, rows);
    }
  }

  /** The gradient of the bias, (units): the sum of each column. */
  void sum(FloatBuffer delta, int rows, int units, float[] into) {
    for (int u = 0; u < units; u++) {
      delta.get(u * rows, column, 0, rows);
      double s0 = 0; // four sums: one would wait for itself at every addition
      double s1 = 0;
      double s2 = 0;
      double s3 = 0;
      int i = 0;
      for (; i + 3 < rows; i += 4) {
        s0 += column[i];
        s1 += column[i + 1];
        s2 += column[i + 2];
        s3 += column[i + 3];
      }
      for (; i < rows; i++) {
        s0 += column[i];
      }
      into[u] = (float) ((s0 + s1) + (s2 + s3));
    }
  }
}
