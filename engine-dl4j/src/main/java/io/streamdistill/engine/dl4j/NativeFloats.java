package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.objective.FloatMatrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The memory under ND4J's float arrays, read and written in place.
 *
 * <p>On a GPU this is the host's copy: {@link #fetch} and {@link #publish} keep the two in step.
 * That half follows ND4J's contract, but has not been run on a GPU that ND4J supports.
 *
 * <p>A buffer does not keep its array alive: whoever holds the one must hold the other.
 */
final class NativeFloats {

  private NativeFloats() {}

  /** A zeroed array of its own, (rows, columns), in order 'c' or 'f'. */
  static INDArray allocate(long rows, long columns, char order) {
    return Nd4j.create(DataType.FLOAT, new long[] {rows, columns}, order);
  }

  /** The start of an array's memory as a smaller (rows, columns) array of the same order. */
  static INDArray head(INDArray array, long rows, long columns) {
    long[] shape = {rows, columns};
    return Nd4j.create(
        array.data(), shape, Nd4j.getStrides(shape, array.ordering()), 0, array.ordering());
  }

  /** The memory of a matrix or vector of any strides, from its first element to its last. */
  static FloatBuffer of(INDArray array) {
    return bytes(array).asFloatBuffer();
  }

  /** The same memory as bit patterns. */
  static IntBuffer bitsOf(INDArray array) {
    return bytes(array).asIntBuffer();
  }

  /** The same memory as a matrix of (rows, columns). */
  static FloatMatrix matrix(INDArray array) {
    return new FloatMatrix(
        of(array), Math.toIntExact(array.stride(0)), Math.toIntExact(array.stride(1)));
  }

  private static ByteBuffer bytes(INDArray array) {
    if (array.dataType() != DataType.FLOAT) {
      throw new IllegalArgumentException("expected an array of floats, got " + array.dataType());
    }
    long span = 1;
    for (int d = 0; d < array.rank(); d++) {
      span += (array.size(d) - 1) * array.stride(d);
    }
    // The cast copies the pointer: capacity() is a setter, and ND4J's own pointer is shared.
    return new FloatPointer(array.data().addressPointer())
        .capacity(span)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  /** Call before Java reads what ND4J wrote; nothing to do on a CPU. */
  static void fetch(INDArray array) {
    Nd4j.getAffinityManager().ensureLocation(array, AffinityManager.Location.HOST);
  }

  /** Call after Java wrote what ND4J will read; nothing to do on a CPU. */
  static void publish(INDArray array) {
    Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
  }

  /** A copy of a contiguous array. */
  static float[] copyOf(INDArray array) {
    fetch(array);
    float[] copy = new float[Math.toIntExact(array.length())];
    of(array).get(0, copy);
    return copy;
  }
}
