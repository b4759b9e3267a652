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
      float sum = 0;
      for (int i = 0; i < length; i++) {
        sum += block[i] * 0f; // 0, or NaN for good
      }
      if (sum != 0) {
        return false;
      }
    }
    return true;
  }
}
