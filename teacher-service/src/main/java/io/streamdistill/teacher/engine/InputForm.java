package io.streamdistill.teacher.engine;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Some of the features as one element type: what an input of a model takes.
 *
 * @param from first feature, counted from 0
 * @param length number of features
 */
public record InputForm(ElementType type, int from, int length) {

  /** Bytes of one row in this form. */
  public int bytesPerRow() {
    return Math.multiplyExact(type.bytes(), length);
  }

  /** Whether a row has a fraction that a type of whole numbers would round away. */
  boolean rounds(FloatBuffer features, int start) {
    for (int i = start + from; type.isInteger() && i < start + from + length; i++) {
      if (features.get(i) != Math.rint(features.get(i))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Appends a row.
   *
   * @param features (rows, all) of a batch
   * @param start where the row's features begin
   * @return the first feature, counted from 0, that the type cannot hold; -1 when there is none
   */
  int append(FloatBuffer features, int start, ByteBuffer out) {
    int misfit = -1;
    for (int i = from; i < from + length; i++) {
      if (!type.put(out, features.get(start + i)) && misfit < 0) {
        misfit = i;
      }
    }
    return misfit;
  }
}
