package io.streamdistill.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.schema.CheckpointFile;
import io.streamdistill.schema.CheckpointPublished;
import io.streamdistill.schema.FeatureType;
import io.streamdistill.schema.HardLabel;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.schema.TargetEncoding;
import io.streamdistill.schema.TransferExample;
import io.streamdistill.wire.WireException.Fault;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SingleObjectCodecTest {

  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00.123Z");

  @Test
  void readsBackWhatItWroteOfEveryTopic() {
    requireRoundTrip(Codecs.transferExample(), example(7));
    requireRoundTrip(Codecs.transferExample(), example(null));
    requireRoundTrip(Codecs.hardLabel(), new HardLabel("x", 3, 0.5f, NOON));
    requireRoundTrip(
        Codecs.softTarget(),
        new SoftTarget(
            "x",
            bytes(1, 2),
            FeatureType.F16,
            bytes(0, 0, 0, 63),
            TargetEncoding.DENSE_F32,
            20f,
            "teacher",
            "classes",
            null,
            1f,
            NOON,
            NOON.plusMillis(5)));
    requireRoundTrip(
        Codecs.checkpointPublished(),
        new CheckpointPublished(
            "student",
            "v1",
            10L,
            1_000L,
            1,
            "soft-targets",
            Map.of("0", 7L),
            "file:/x",
            List.of(new CheckpointFile("model.onnx", 5L, "00")),
            Map.of("accuracy", 0.5),
            List.of("teacher"),
            "hash",
            null,
            NOON));
  }

  @Test
  void saysInWhichWayBytesAreNoRecord() {
    byte[] framed = Codecs.transferExample().encode(example(7));
    byte[] otherSchema = Codecs.hardLabel().encode(new HardLabel("x", 3, 1f, NOON));
    byte[] cut = Arrays.copyOf(framed, framed.length - 1);
    byte[] longer = Arrays.copyOf(framed, framed.length + 1);

    assertThat(faultOf("{\"id\":1}".getBytes(UTF_8))).isEqualTo(Fault.FRAMING);
    assertThat(faultOf(new byte[0])).isEqualTo(Fault.FRAMING);
    assertThat(faultOf(otherSchema)).isEqualTo(Fault.UNKNOWN_SCHEMA);
    assertThat(faultOf(cut)).isEqualTo(Fault.BODY);
    assertThat(faultOf(longer)).isEqualTo(Fault.BODY);
  }

  @Test
  void leavesOtherClassesForbidden() {
    Codecs.transferExample();

    assertThatThrownBy(() -> ClassSecurityValidator.validate(ProcessBuilder.class))
        .isInstanceOf(SecurityException.class);
  }

  private static <T extends SpecificRecord> void requireRoundTrip(RecordCodec<T> codec, T value) {
    assertThat(codec.decode(codec.encode(value))).isEqualTo(value);
  }

  private static Fault faultOf(byte[] framed) {
    try {
      Codecs.transferExample().decode(framed);
    } catch (WireException e) {
      return e.fault();
    }
    throw new AssertionError("decoded");
  }

  private static TransferExample example(@Nullable Integer label) {
    return new TransferExample("x", bytes(0, 127, -1), FeatureType.U8, label, 1f, NOON);
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }
}
