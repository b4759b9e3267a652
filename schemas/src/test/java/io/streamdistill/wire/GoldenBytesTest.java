package io.streamdistill.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.JsonEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Records written by released versions, byte for byte. A golden file is never changed: what is on a
 * log stays there. {@code -Dgolden.write=true} writes those that are missing.
 */
class GoldenBytesTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @ParameterizedTest
  @EnumSource(Samples.class)
  void readsAndWritesTheReleasedBytes(Samples sample) throws IOException {
    Path bytes = GOLDEN.resolve(sample.recordName() + ".bin");
    Path json = GOLDEN.resolve(sample.recordName() + ".json");
    if (Boolean.getBoolean("golden.write") && Files.notExists(bytes)) {
      Files.write(bytes, sample.encoded());
      Files.writeString(json, json(sample.value()) + "\n");
    }

    SpecificRecord decoded = sample.codec().decode(Files.readAllBytes(bytes));

    assertThat(json(decoded)).isEqualToIgnoringNewLines(Files.readString(json).strip());
    assertThat(decoded).isEqualTo(sample.value());
    assertThat(sample.encoded()).isEqualTo(Files.readAllBytes(bytes));
  }

  private static String json(SpecificRecord record) throws IOException {
    Schema schema = record.getSchema();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JsonEncoder encoder = EncoderFactory.get().jsonEncoder(schema, out, true);
    new GenericDatumWriter<SpecificRecord>(schema, SpecificData.getForClass(record.getClass()))
        .write(record, encoder);
    encoder.flush();
    return out.toString(StandardCharsets.UTF_8);
  }
}
