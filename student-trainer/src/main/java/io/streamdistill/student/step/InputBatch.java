package io.streamdistill.student.step;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The input of a step: one array for good, and the memory under it. */
final class InputBatch {

  private static final int BLOCK = 4096;

  private final INDArray array; // (batch, features), 'c'
  private final FloatBuffer floats;
  private final float[] block = new float[BLOCK];

  InputBatch(int batchSize, int features) {
    array = NativeFloats.allocate(batchSize, features, 'c');
    floats = NativeFloats.of(array);
  }

  int features() {
    return (int) array.size(1);
  }

  FloatBuffer floats() {
    return floats;
  }

  /** All records, (batch, features). */
  INDArray array() {
    return array;
  }

  /** The first records, (rows, features), in the same memory. */
  INDArray head(int rows) {
    return NativeFloats.head(array, rows, array.size(1));
  }

  /**
   * Whether the first {@code rows} records are.
   *
   * <p>The loss cannot tell: max pooling swallows a NaN, and ReLU an infinity of the wrong sign,
   * and only the gradient of the first layer meets them again.
   */
  boolean isFinite(int rows) {
    int n = rows * features();
    for (int at = 0; at < n; at += BLOCK) {
      int length = Math.min(BLOCK, n - at);
      floats.get(at, block, 0, length);
      float s0 = 0; // each 0, or NaN for good; four, since one would wait for itself
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      int i = 0;
      for (; i + 3 < length; i += 4) {
        s0 += block[i] * 0f;
        s1 += block[i + 1] * 0f;
        s2 += block[i + 2] * 0f;
        s3 += block[i + 3] * 0f;
      }
      for (; i < length; i++) {
        s0 += block[i] * 0f;
      }
      if (s0 + s1 + s2 + s3 != 0) {
        return false;
      }
    }
    return true;
  }
}
