package io.streamdistill.onnx.graph;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A message of onnx.proto in memory: fields by number, each with its values in order. It is written
 * as protobuf's own library does: fields by number, defaults left out, repeated numbers packed.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the encoding</a>
 */
final class Proto {

  // How a value is written.
  static final int VARINT = 0;

  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  /** A value that a wire type of 8 bytes holds; nothing here reads it. */
  record Fixed64(long bits) {}

  private final TreeMap<Integer, List<Object>> fields = new TreeMap<>();

  /** Sets a text, or adds one to a repeated field. */
  Proto text(int field, String text) {
    return bytes(field, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The same with bytes, which are not copied. */
  Proto bytes(int field, ByteBuffer bytes) {
    return add(field, bytes.slice());
  }

  /** Adds a message, which may be changed until this one is written. */
  Proto message(int field, Proto message) {
    return add(field, message);
  }

  /** Sets an integer. */
  Proto number(int field, long number) {
    return number == 0 ? this : add(field, number);
  }

  /** Sets an integer of which one out of several fields is there, so that 0 says something. */
  Proto choice(int field, long number) {
    return add(field, number);
  }

  /** Sets a number. */
  Proto real(int field, float number) {
    return Float.floatToRawIntBits(number) == 0 ? this : add(field, number);
  }

  /** Sets all integers of a repeated field. */
  Proto packed(int field, long... numbers) {
    if (numbers.length == 0) {
      return this;
    }
    int size = 0;
    for (long number : numbers) {
      size += varintSize(number);
    }
    ByteBuffer packed = ByteBuffer.allocate(size);
    for (long number : numbers) {
      putVarint(packed, number);
    }
    return add(field, packed.flip());
  }

  private Proto add(int field, Object value) {
    fields.computeIfAbsent(field, number -> new ArrayList<>()).add(value);
    return this;
  }

  /** Removes all values of a field. */
  Proto clear(int field) {
    fields.remove(field);
    return this;
  }

  /** The same fields; what becomes of one of the two leaves the other as it is. */
  Proto copy() {
    Proto copy = new Proto();
    fields.forEach((field, values) -> copy.fields.put(field, new ArrayList<>(values)));
    return copy;
  }

  private List<Object> values(int field) {
    return fields.getOrDefault(field, List.of());
  }

  /** Says how often a field is there. */
  int count(int field) {
    return values(field).size();
  }

  /** The text of a field; empty when it is not there. */
  String text(int field) {
    List<String> texts = texts(field);
    return texts.isEmpty() ? "" : texts.get(texts.size() - 1);
  }

  /** The texts of a repeated field. */
  List<String> texts(int field) {
    return values(field).stream()
        .map(value -> StandardCharsets.UTF_8.decode(bytes(value)).toString())
        .toList();
  }

  /** The bytes of a field, little-endian; none when it is not there. */
  ByteBuffer bytes(int field) {
    List<Object> values = values(field);
    return values.isEmpty() ? ByteBuffer.allocate(0) : bytes(values.get(values.size() - 1));
  }

  private static ByteBuffer bytes(Object value) {
    if (value instanceof ByteBuffer bytes) {
      return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }
    throw ProtoReader.damaged("a field is of another type than it should be");
  }

  /** The integers of a field, packed or not. */
  List<Long> numbers(int field) {
    List<Long> numbers = new ArrayList<>();
    for (Object value : values(field)) {
      if (value instanceof Long number) {
        numbers.add(number);
        continue;
      }
      ByteBuffer packed = bytes(value);
      while (packed.hasRemaining()) {
        numbers.add(ProtoReader.varint(packed));
      }
    }
    return numbers;
  }

  /** The messages of a field. */
  List<Proto> messages(int field) {
    return values(field).stream()
        .map(value -> value instanceof Proto message ? message : parse(bytes(value)))
        .toList();
  }

  /**
   * Reads a message.
   *
   * @param from all of it; not copied
   * @throws OnnxExportException if it is none
   */
  static Proto parse(ByteBuffer from) {
    return new ProtoReader(from).read();
  }

  /** Adds a value as it was read. */
  Proto raw(int field, Object value) {
    return add(field, value);
  }

  /** The message as bytes. */
  byte[] toByteArray() {
    ByteBuffer out = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
    write(out);
    return out.array();
  }

  private int size() {
    int size = 0;
    for (var field : fields.entrySet()) {
      for (Object value : field.getValue()) {
        size += varintSize((long) field.getKey() << 3) + size(value);
      }
    }
    return size;
  }

  private static int size(Object value) {
    if (value instanceof Long number) {
      return varintSize(number);
    } else if (value instanceof Float) {
      return Float.BYTES;
    } else if (value instanceof Fixed64) {
      return Long.BYTES;
    }
    int length = value instanceof Proto message ? message.size() : bytes(value).remaining();
    return Math.addExact(varintSize(length), length);
  }

  private void write(ByteBuffer out) {
    fields.forEach((field, values) -> values.forEach(value -> write(out, field, value)));
  }

  private static void write(ByteBuffer out, long field, Object value) {
    if (value instanceof Long number) {
      putVarint(out, field << 3 | VARINT);
      putVarint(out, number);
    } else if (value instanceof Float number) {
      putVarint(out, field << 3 | FIXED32);
      out.putFloat(number);
    } else if (value instanceof Fixed64 number) {
      putVarint(out, field << 3 | FIXED64);
      out.putLong(number.bits());
    } else if (value instanceof Proto message) {
      putVarint(out, field << 3 | BYTES);
      putVarint(out, message.size());
      message.write(out);
    } else {
      putVarint(out, field << 3 | BYTES);
      putVarint(out, bytes(value).remaining());
      out.put(bytes(value));
    }
  }

  private static int varintSize(long value) {
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  private static void putVarint(ByteBuffer out, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }
}
