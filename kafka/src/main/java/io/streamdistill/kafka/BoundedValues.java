package io.streamdistill.kafka;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Keys and values as they are, but only so many bytes of them per poll: a megabyte fetched can be a
 * gigabyte unpacked. A record beyond that is refused here, which ends the poll with those before
 * it; the consumer tries that record again at its next poll. Belongs to one consumer.
 */
public final class BoundedValues {

  /** What a record takes beside key and value, bytes. */
  private static final int OVERHEAD = 256;

  private static final long LEAST = 16L << 20;

  /** Of the heap. */
  private static final int SHARE = 8;

  private long room;
  private boolean keyed; // a record's key was seen
  private boolean any; // a whole record was seen

  /** What suits the heap of this JVM, bytes: an eighth of it, 16 MiB at least. */
  public static long ofHeap() {
    return Math.max(LEAST, Runtime.getRuntime().maxMemory() / SHARE);
  }

  /** What a record counts as, bytes; a size below 0 is that of a key or value that is null. */
  public static int bytes(int key, int value) {
    return Math.max(key, 0) + Math.max(value, 0) + OVERHEAD;
  }

  /**
   * A poll begins.
   *
   * @param bytes that it may return; one record it may return in any case
   */
  public void begin(long bytes) {
    room = bytes;
    keyed = false;
    any = false;
  }

  /** For the keys of the consumer. */
  public Deserializer<byte[]> keys() {
    return new Bounded() {
      @Override
      void take(int size) {
        any |= keyed;
        keyed = true;
        require(bytes(size, 0));
      }
    };
  }

  /** For its values. */
  public Deserializer<byte[]> values() {
    return new Bounded() {
      @Override
      void take(int size) {
        require(bytes(0, size));
        any = true;
      }
    };
  }

  private void require(int bytes) {
    if (any && bytes > room) {
      throw new SerializationException("enough bytes for one poll, which is no error");
    }
    room -= bytes;
  }

  private abstract static class Bounded implements Deserializer<byte[]> {

    private final ByteArrayDeserializer bytes = new ByteArrayDeserializer();

    abstract void take(int size);

    @Override
    public byte[] deserialize(String topic, byte[] data) {
      take(data == null ? 0 : data.length);
      return bytes.deserialize(topic, data);
    }

    @Override
    public byte[] deserialize(String topic, Headers headers, ByteBuffer data) {
      take(data == null ? 0 : data.remaining());
      return bytes.deserialize(topic, headers, data);
    }
  }
}
