package io.streamdistill.teacher;

import io.streamdistill.teacher.topology.InFlight;
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
final class BoundedValues {

  private long room;
  private boolean keyed; // a record's key was seen
  private boolean any; // a whole record was seen

  /**
   * A poll begins.
   *
   * @param bytes that it may return; one record it may return in any case
   */
  void begin(long bytes) {
    room = bytes;
    keyed = false;
    any = false;
  }

  Deserializer<byte[]> keys() {
    return new Bounded() {
      @Override
      void take(int size) {
        any |= keyed;
        keyed = true;
        require(InFlight.bytes(size, 0));
      }
    };
  }

  Deserializer<byte[]> values() {
    return new Bounded() {
      @Override
      void take(int size) {
        require(InFlight.bytes(0, size));
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
