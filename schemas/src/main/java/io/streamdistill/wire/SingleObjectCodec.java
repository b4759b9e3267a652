package io.streamdistill.wire;

import io.streamdistill.schema.FeatureType;
import io.streamdistill.wire.WireException.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Avro single-object encoding: {@code C3 01}, the little-endian CRC-64-AVRO fingerprint of the
 * writer's schema, then the binary body. Needs no schema registry: the schemas are in the jar.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding">The
 *     specification</a>
 */
public final class SingleObjectCodec<T extends SpecificRecord> implements RecordCodec<T> {

  static {
    // Avro looks up classes by name from an allow-list only; the generated ones join it.
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(),
            type -> type.getPackage() == FeatureType.class.getPackage()));
  }

  private static final int HEADER_BYTES = 10;
  private static final int MAX_USUAL_BYTES =
      64 << 10; // one large record must not stretch all others
  private static final byte MAGIC_0 = (byte) 0xC3;
  private static final byte MAGIC_1 = 0x01;

  private final Schema schema;
  private final SpecificData model;
  private final byte[] header; // (10), of what is written
  private final SpecificDatumWriter<T> writer;
  private final Map<Long, SpecificDatumReader<T>> readers;
  private volatile int usualBytes = 256; // a guess at the size of the next record

  private SingleObjectCodec(Schema schema, SpecificData model, List<Schema> olderVersions) {
    this.schema = schema;
    this.model = model;
    this.header =
        ByteBuffer.allocate(HEADER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(MAGIC_0)
            .put(MAGIC_1)
            .putLong(SchemaNormalization.parsingFingerprint64(schema))
            .array();
    this.writer = new SpecificDatumWriter<>(schema, model);
    this.readers =
        Stream.concat(olderVersions.stream(), Stream.of(schema))
            .collect(
                Collectors.toUnmodifiableMap(
                    SchemaNormalization::parsingFingerprint64, this::reader, (a, b) -> b));
  }

  /** A codec that reads and writes the schema compiled into {@code type}. */
  public static <T extends SpecificRecord> SingleObjectCodec<T> of(Class<T> type) {
    return of(type, List.of());
  }

  /**
   * A codec that writes the schema compiled into {@code type} and also reads older versions of it.
   *
   * @param olderVersions released schemas that may still be on the log
   */
  public static <T extends SpecificRecord> SingleObjectCodec<T> of(
      Class<T> type, List<Schema> olderVersions) {
    SpecificData model = SpecificData.getForClass(type);
    return new SingleObjectCodec<>(model.getSchema(type), model, olderVersions);
  }

  private SpecificDatumReader<T> reader(Schema written) {
    return new SpecificDatumReader<>(written, schema, model);
  }

  @Override
  public byte[] encode(T value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(usualBytes);
    out.writeBytes(header);
    BinaryEncoder body = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      writer.write(value, body);
      body.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    usualBytes = Math.max(usualBytes, Math.min(out.size(), MAX_USUAL_BYTES));
    return out.toByteArray();
  }

  @Override
  public T decode(ByteBuffer framed) {
    ByteBuffer in = framed.slice().order(ByteOrder.LITTLE_ENDIAN);
    SpecificDatumReader<T> reader = readerFor(in);
    int bodyBytes = in.remaining();
    BinaryDecoder decoder = decoder(in);
    try {
      T value = reader.read(null, decoder);
      if (!decoder.isEnd()) {
        throw new WireException(
            Fault.BODY, "bytes are left over after one %s".formatted(schema.getName()));
      }
      return value;
    } catch (IOException
        | AvroRuntimeException
        | IndexOutOfBoundsException
        | UnsupportedOperationException // Avro's word for a declared length of 2 GiB and more
        | ClassCastException e) {
      throw new WireException(
          Fault.BODY,
          "body of %d bytes is not a %s: %s".formatted(bodyBytes, schema.getName(), e),
          e);
    }
  }

  private static BinaryDecoder decoder(ByteBuffer body) {
    if (body.hasArray()) {
      int at = body.arrayOffset() + body.position();
      return DecoderFactory.get().binaryDecoder(body.array(), at, body.remaining(), null);
    }
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return DecoderFactory.get().binaryDecoder(bytes, null);
  }

  private SpecificDatumReader<T> readerFor(ByteBuffer in) {
    if (in.remaining() < HEADER_BYTES || in.get() != MAGIC_0 || in.get() != MAGIC_1) {
      throw new WireException(
          Fault.FRAMING,
          "record of %d bytes does not start with the Avro single-object header C3 01; produce %s"
                  .formatted(in.limit(), schema.getName())
              + " records with single-object encoding, or set the registry framing");
    }
    long found = in.getLong();
    SpecificDatumReader<T> reader = readers.get(found);
    if (reader == null) {
      throw new WireException(
          Fault.UNKNOWN_SCHEMA,
          "schema fingerprint %016x is not one of %s's %s; produce with the schemas of this version"
              .formatted(
                  found,
                  schema.getName(),
                  readers.keySet().stream().map("%016x"::formatted).sorted().toList()));
    }
    return reader;
  }
}
