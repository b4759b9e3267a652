package io.streamdistill.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.Float16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.jspecify.annotations.Nullable;

/**
 * The value of a letter, decoded as far as possible: field after field, up to the first that is not
 * what the schema says. Sizes are checked before memory is taken for them.
 *
 * @param fields by name, readable
 * @param problem why it does not go on; empty when all of it was read
 */
record LetterContent(Map<String, String> fields, String problem) {

  private static final int HEADER_BYTES = 10;
  private static final int SHOWN = 8;

  private static final Map<Long, Schema> SCHEMAS =
      AvroRecords.SCHEMAS.stream()
          .collect(Collectors.toMap(SchemaNormalization::parsingFingerprint64, schema -> schema));

  /** A field that is not what its schema says. */
  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String what) {
      super(what);
    }
  }

  static LetterContent of(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    Map<String, String> fields = new LinkedHashMap<>();
    if (value.length < HEADER_BYTES || in.get() != (byte) 0xC3 || in.get() != 0x01) {
      return new LetterContent(fields, "no Avro single-object header (C3 01): " + guess(value));
    }
    long fingerprint = in.getLong();
    Schema schema = SCHEMAS.get(fingerprint);
    if (schema == null) {
      return new LetterContent(
          fields, "schema fingerprint %016x is none of this build's".formatted(fingerprint));
    }
    fields.put("schema", schema.getName());
    Map<String, ByteBuffer> bytes = new LinkedHashMap<>();
    for (Schema.Field field : schema.getFields()) {
      int at = in.position();
      try {
        String text = read(in, field.schema(), field.name(), bytes);
        fields.put(field.name(), text);
      } catch (Broken e) {
        return new LetterContent(
            withVectors(fields, bytes),
            "field %s at byte %d does not decode: %s".formatted(field.name(), at, e.getMessage()));
      }
    }
    return new LetterContent(
        withVectors(fields, bytes),
        in.hasRemaining() ? "%d bytes are left over behind it".formatted(in.remaining()) : "");
  }

  private static String guess(byte[] value) {
    String start = new String(value, 0, Math.min(value.length, 200), UTF_8);
    return start.matches("(?s)[\\[{].*")
        ? "it looks like JSON: " + TextTable.printable(start, 200)
        : value.length > 0 && value[0] == 0
            ? "it begins with 00 as records of a schema registry do"
            : "unknown form";
  }

  private static String read(
      ByteBuffer in, Schema schema, String name, Map<String, ByteBuffer> bytes) {
    return switch (schema.getType()) {
      case STRING -> TextTable.printable(new String(array(slice(in)), UTF_8), 300);
      case BYTES -> {
        ByteBuffer slice = slice(in);
        bytes.put(name, slice);
        yield "%,d bytes".formatted(slice.remaining());
      }
      case INT -> String.valueOf(varint(in, 5));
      case LONG -> {
        long number = varint(in, 10);
        yield "timestamp-millis".equals(schema.getProp("logicalType"))
            ? number + " (" + Instant.ofEpochMilli(number) + ")"
            : String.valueOf(number);
      }
      case FLOAT -> {
        require(in.remaining() >= 4, "it ends there");
        yield String.valueOf(in.getFloat());
      }
      case ENUM -> {
        long index = varint(in, 5);
        require(
            index >= 0 && index < schema.getEnumSymbols().size(),
            "%d is not the index of a symbol".formatted(index));
        yield schema.getEnumSymbols().get((int) index);
      }
      case UNION -> {
        long branch = varint(in, 5);
        require(
            branch >= 0 && branch < schema.getTypes().size(),
            "%d is not the index of a type".formatted(branch));
        yield read(in, schema.getTypes().get((int) branch), name, bytes);
      }
      case NULL -> "none";
      default -> throw new Broken("type %s is not read here".formatted(schema.getType()));
    };
  }

  private static ByteBuffer slice(ByteBuffer in) {
    long length = varint(in, 10);
    require(
        length >= 0 && length <= in.remaining(),
        "its length is %d, and %d bytes follow".formatted(length, in.remaining()));
    ByteBuffer slice = in.slice().order(ByteOrder.LITTLE_ENDIAN);
    slice.limit((int) length);
    in.position(in.position() + (int) length);
    return slice;
  }

  private static byte[] array(ByteBuffer slice) {
    byte[] array = new byte[slice.remaining()];
    slice.duplicate().get(array);
    return array;
  }

  /** Avro's zigzag number of at most so many bytes. */
  private static long varint(ByteBuffer in, int maxBytes) {
    long raw = 0;
    for (int i = 0; i < maxBytes; i++) {
      require(in.hasRemaining(), "it ends there");
      byte next = in.get();
      raw |= (next & 0x7FL) << (7 * i);
      if (next >= 0) {
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
    throw new Broken("it is no number of at most %d bytes".formatted(maxBytes));
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new Broken(problem);
    }
  }

  /** Adds the first elements of vectors, where the type of their elements was read. */
  private static Map<String, String> withVectors(
      Map<String, String> fields, Map<String, ByteBuffer> bytes) {
    vector(fields, "features", bytes.get("features"), fields.getOrDefault("featureType", ""));
    vector(fields, "targets", bytes.get("targets"), fields.getOrDefault("encoding", ""));
    return fields;
  }

  private static void vector(
      Map<String, String> fields, String name, @Nullable ByteBuffer bytes, String type) {
    int width = type.equals("U8") ? 1 : type.contains("F16") ? 2 : type.contains("F32") ? 4 : 0;
    if (bytes == null || width == 0) {
      return;
    }
    int count = bytes.remaining() / width;
    List<String> first = new ArrayList<>();
    int infinite = 0;
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      float element =
          switch (width) {
            case 1 -> bytes.get(i) & 0xFF;
            case 2 -> Float16.toFloat(bytes.getShort(2 * i));
            default -> bytes.getFloat(4 * i);
          };
      if (i < SHOWN) {
        first.add(width == 1 ? String.valueOf((int) element) : String.valueOf(element));
      }
      if (Float.isFinite(element)) {
        least = Math.min(least, element);
        most = Math.max(most, element);
      } else {
        infinite++;
      }
    }
    fields.put(
        name,
        "%d of %s in %d bytes%s: %s%s%s%s"
            .formatted(
                count,
                type,
                bytes.remaining(),
                bytes.remaining() % width == 0 ? "" : ", the last one cut off",
                String.join(", ", first),
                count > SHOWN ? ", ..." : "",
                least <= most ? "; from %s to %s".formatted(least, most) : "",
                infinite > 0 ? "; %d NaN or infinite".formatted(infinite) : ""));
  }
}
