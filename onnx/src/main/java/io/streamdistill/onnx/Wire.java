package io.streamdistill.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Protobuf's wire format, read from a stream. No length in it is believed: what would go beyond the
 * end of its message is an error, and nothing is allocated before that is known.
 */
final class Wire {

  static final int VARINT = 0;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final int MAX_VARINT_BYTES = 10;

  private final InputStream in;
  private final long size;
  private long position;

  /**
   * Reads from the start of a message.
   *
   * @param size bytes that the stream has
   */
  Wire(InputStream in, long size) {
    this.in = in;
    this.size = size;
  }

  /** Bytes read so far. */
  long position() {
    return position;
  }

  /** Bytes of the stream. */
  long size() {
    return size;
  }

  /** An integer of up to 64 bits, within a message that ends at byte {@code end}. */
  long varint(long end) throws IOException {
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      int next = next(end);
      value |= (long) (next & 0x7F) << (7 * i);
      if (next < 0x80) {
        return value;
      }
    }
    throw new UnexpectedContent("has an integer of more than 64 bits at byte " + position);
  }

  /** The end of what follows, which its length, read here, says. */
  long endOfBytes(long end) throws IOException {
    long length = varint(end);
    if (length < 0 || length > end - position) {
      throw new UnexpectedContent(
          "claims %s bytes at byte %d, where its message has %d left"
              .formatted(Long.toUnsignedString(length), position, end - position));
    }
    return position + length;
  }

  /** Text of at most {@code max} bytes. */
  String text(long end, int max) throws IOException {
    long textEnd = endOfBytes(end);
    long length = textEnd - position;
    if (length > max) {
      throw new UnexpectedContent(
          "has a text of %d bytes at byte %d, %d are allowed".formatted(length, position, max));
    }
    byte[] text = in.readNBytes((int) length);
    if (text.length < length) {
      throw cutShort();
    }
    position = textEnd;
    return new String(text, StandardCharsets.UTF_8);
  }

  void skipTo(long end) throws IOException {
    in.skipNBytes(end - position);
    position = end;
  }

  private int next(long end) throws IOException {
    int next = position < end ? in.read() : -1;
    if (next < 0) {
      throw cutShort();
    }
    position++;
    return next;
  }

  private UnexpectedContent cutShort() {
    return new UnexpectedContent("is cut short at byte " + position);
  }
}
