package io.streamdistill.checkpoints.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * An array of numbers as a safetensors file holds it.
 *
 * @param shape sizes of the dimensions; none for a scalar
 * @param bytes the elements, row-major and little-endian; read-only
 */
public record Tensor(Type type, List<Long> shape, ByteBuffer bytes) {

  /** Element types, named as the format names them. */
  public enum Type {
    F32(4),
    F64(8),
    I64(8),
    U8(1);

    private final int size;

    Type(int size) {
      this.size = size;
    }

    /** Size of one element in bytes. */
    public int size() {
      return size;
    }
  }

  public Tensor {
    shape = List.copyOf(shape);
    bytes = bytes.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long expected = byteLength(type, shape);
    if (bytes.remaining() != expected) {
      throw new IllegalArgumentException(
          "a tensor of %s %s takes %d bytes, got %d"
              .formatted(type, shape, expected, bytes.remaining()));
    }
  }

  /** Copies the elements, which are row-major. */
  public static Tensor of(float[] elements, long... shape) {
    ByteBuffer bytes = littleEndian(Math.multiplyExact(elements.length, Type.F32.size()));
    bytes.asFloatBuffer().put(elements);
    return new Tensor(Type.F32, boxed(shape), bytes);
  }

  /** Copies the elements, which are row-major. */
  public static Tensor of(double[] elements, long... shape) {
    ByteBuffer bytes = littleEndian(Math.multiplyExact(elements.length, Type.F64.size()));
    bytes.asDoubleBuffer().put(elements);
    return new Tensor(Type.F64, boxed(shape), bytes);
  }

  /** Copies the elements, which are row-major. */
  public static Tensor of(long[] elements, long... shape) {
    ByteBuffer bytes = littleEndian(Math.multiplyExact(elements.length, Type.I64.size()));
    bytes.asLongBuffer().put(elements);
    return new Tensor(Type.I64, boxed(shape), bytes);
  }

  /** Copies the elements, which are row-major. */
  public static Tensor of(byte[] elements, long... shape) {
    return new Tensor(Type.U8, boxed(shape), ByteBuffer.wrap(elements.clone()));
  }

  /** The elements of an {@link Type#F32} tensor. */
  public float[] floats() {
    float[] elements = new float[elements(Type.F32)];
    bytes().asFloatBuffer().get(elements);
    return elements;
  }

  /** The elements of an {@link Type#F64} tensor. */
  public double[] doubles() {
    double[] elements = new double[elements(Type.F64)];
    bytes().asDoubleBuffer().get(elements);
    return elements;
  }

  /** The elements of an {@link Type#I64} tensor. */
  public long[] longs() {
    long[] elements = new long[elements(Type.I64)];
    bytes().asLongBuffer().get(elements);
    return elements;
  }

  /** The elements; the buffer has a position of its own. */
  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Number of bytes of all elements.
   *
   * @throws IllegalArgumentException if a size is negative
   * @throws ArithmeticException if the product exceeds a long
   */
  static long byteLength(Type type, List<Long> shape) {
    long length = type.size();
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException("shape " + shape + " has a negative size");
      }
      length = Math.multiplyExact(length, size);
    }
    return length;
  }

  private int elements(Type expected) {
    if (type != expected) {
      throw new IllegalStateException("the tensor holds %s, not %s".formatted(type, expected));
    }
    return bytes.remaining() / type.size();
  }

  private static List<Long> boxed(long... shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
