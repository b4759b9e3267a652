package io.streamdistill.teacher.topology;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record of the transfer set as it lies on the topic, with everything that its soft target or its
 * dead letter keeps of it.
 *
 * @param timestamp milliseconds since the epoch, >= 0
 * @param offset where it lies in the partition of the task
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TransferRecord(
    byte @Nullable [] key, byte @Nullable [] value, Headers headers, long timestamp, long offset) {

  private static final int NULL = -1;

  /** UTF-8 bytes per char, at most. */
  private static final int MAX_UTF8 = 3;

  private static final int HEADER_OVERHEAD = 2 * Integer.BYTES;

  /** Upper bound of the bytes of key, value and headers, here and on the wire. */
  int bytes() {
    int bytes = length(key) + length(value);
    for (Header header : headers) {
      bytes += MAX_UTF8 * header.key().length() + length(header.value()) + HEADER_OVERHEAD;
    }
    return bytes;
  }

  /** Bytes of the value. */
  int valueBytes() {
    return length(value);
  }

  TransferRecord withoutValue() {
    return new TransferRecord(key, null, headers, timestamp, offset);
  }

  /** Only where it came from and when. */
  TransferRecord bare() {
    return new TransferRecord(null, null, new RecordHeaders(), timestamp, offset);
  }

  /** Encodes the record for the store of pending records. */
  byte[] encode() {
    Header[] all = headers.toArray();
    byte[][] names = new byte[all.length][];
    int bytes = 2 * Long.BYTES + 3 * Integer.BYTES + length(key) + length(value);
    for (int i = 0; i < all.length; i++) {
      names[i] = all[i].key().getBytes(StandardCharsets.UTF_8);
      bytes += 2 * Integer.BYTES + names[i].length + length(all[i].value());
    }
    ByteBuffer out = ByteBuffer.allocate(bytes).putLong(timestamp).putLong(offset);
    put(out, key);
    put(out, value);
    out.putInt(all.length);
    for (int i = 0; i < all.length; i++) {
      put(out, names[i]);
      put(out, all[i].value());
    }
    return out.array();
  }

  /** Decodes what {@link #encode} encoded. */
  static TransferRecord decode(byte[] encoded) {
    ByteBuffer in = ByteBuffer.wrap(encoded);
    long timestamp = in.getLong();
    long offset = in.getLong();
    byte[] key = get(in);
    byte[] value = get(in);
    Headers headers = new RecordHeaders();
    for (int remaining = in.getInt(); remaining > 0; remaining--) {
      byte[] name = get(in);
      headers.add(name == null ? "" : new String(name, StandardCharsets.UTF_8), get(in));
    }
    return new TransferRecord(key, value, headers, timestamp, offset);
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private static void put(ByteBuffer out, byte @Nullable [] bytes) {
    if (bytes == null) {
      out.putInt(NULL);
    } else {
      out.putInt(bytes.length).put(bytes);
    }
  }

  private static byte @Nullable [] get(ByteBuffer in) {
    int length = in.getInt();
    if (length == NULL) {
      return null;
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
