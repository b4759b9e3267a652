package io.streamdistill.teacher.engine;

import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.core.transfer.Features;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The features of a batch, in the forms that models take. Each form is made once per batch, when a
 * model first asks for it, in a buffer that all batches share. Not thread-safe.
 */
public final class FeatureBatch {

  private final Features features;
  private final ByteBuffer[] rows; // (capacity), features on the wire
  private int size;

  private @Nullable FloatBuffer floats; // (capacity, length), what models see
  private int floatRows;
  private @Nullable ByteBuffer bytes; // (capacity, length), elements of U8 as they are
  private int byteRows;

  /**
   * Creates an empty batch.
   *
   * @param capacity most rows, >= 1
   */
  public FeatureBatch(FeatureContract contract, int capacity) {
    this.features = new Features(contract);
    this.rows = new ByteBuffer[capacity];
  }

  /** Adds a row; {@code wire} holds valid features and must not change until the batch is clear. */
  public void add(ByteBuffer wire) {
    rows[size++] = wire;
  }

  /** Empties the batch for its next use. */
  public void clear() {
    size = 0;
    floatRows = 0;
    byteRows = 0;
  }

  /** Rows added. */
  public int rows() {
    return size;
  }

  /** Features of {@code row} on the wire, to be read only. */
  public ByteBuffer row(int row) {
    return rows[row];
  }

  /** Most rows. */
  public int capacity() {
    return rows.length;
  }

  /**
   * The features as a model sees them, in a direct buffer; rows beyond {@link #rows()} hold
   * anything finite.
   *
   * @param count rows wanted, at most {@link #capacity()}
   * @return (count, length), position 0
   */
  FloatBuffer floats(int count) {
    int length = features.contract().length();
    if (floats == null) {
      floats = direct(Float.BYTES * (long) length).asFloatBuffer();
    }
    floats.clear().position(floatRows * length);
    for (; floatRows < size; floatRows++) {
      features.decode(rows[floatRows], floats);
    }
    return floats.position(0).limit(count * length);
  }

  /**
   * The features as they are on the wire, one byte per element, in a direct buffer; rows beyond
   * {@link #rows()} hold anything.
   *
   * @param count rows wanted, at most {@link #capacity()}
   * @return (count, length), position 0
   */
  ByteBuffer bytes(int count) {
    int length = features.contract().bytes();
    if (bytes == null) {
      bytes = direct(length);
    }
    bytes.clear().position(byteRows * length);
    for (; byteRows < size; byteRows++) {
      bytes.put(rows[byteRows].slice());
    }
    return bytes.position(0).limit(count * length);
  }

  private ByteBuffer direct(long bytesPerRow) {
    return ByteBuffer.allocateDirect(Math.toIntExact(rows.length * bytesPerRow))
        .order(ByteOrder.nativeOrder());
  }
}
