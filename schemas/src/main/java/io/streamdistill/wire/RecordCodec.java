package io.streamdistill.wire;

import java.nio.ByteBuffer;

/**
 * Turns records of one type into framed bytes and back. Implementations are thread-safe.
 *
 * @param <T> the record type
 */
public interface RecordCodec<T> {

  /** Returns the framed encoding of {@code value}. */
  byte[] encode(T value);

  /**
   * Decodes one framed record. Byte fields of the result may share memory with {@code framed}.
   *
   * @param framed the whole record, position to limit
   * @throws WireException when the bytes are not exactly one record of a known schema
   */
  T decode(ByteBuffer framed);

  /**
   * Decodes one framed record.
   *
   * @throws WireException when the bytes are not exactly one record of a known schema
   */
  default T decode(byte[] framed) {
    return decode(ByteBuffer.wrap(framed));
  }
}
