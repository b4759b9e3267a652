package io.streamdistill.wire;

import io.streamdistill.schema.CheckpointEvent;
import io.streamdistill.schema.CheckpointEventKind;
import io.streamdistill.schema.CheckpointFile;
import io.streamdistill.schema.CheckpointPublished;
import io.streamdistill.schema.FeatureType;
import io.streamdistill.schema.GateCheck;
import io.streamdistill.schema.HardLabel;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.schema.TargetEncoding;
import io.streamdistill.schema.TransferExample;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** One record of every type, every field set. */
enum Samples {
  TRANSFER_EXAMPLE(
      Codecs.transferExample(),
      new TransferExample("x-1", bytes(0, 127, 255), FeatureType.U8, 7, 0.5f, noon())),
  SOFT_TARGET(
      Codecs.softTarget(),
      new SoftTarget(
          "x-1",
          bytes(0, 127, 255),
          FeatureType.U8,
          bytes(0, 0, 0, 63, 0, 0, 0, 63),
          TargetEncoding.DENSE_F32,
          20f,
          "teacher-1",
          "0123456789abcdef",
          7,
          0.5f,
          noon(),
          noon().plusMillis(5))),
  HARD_LABEL(Codecs.hardLabel(), new HardLabel("x-1", 7, 0.5f, noon())),
  CHECKPOINT_PUBLISHED(
      Codecs.checkpointPublished(),
      new CheckpointPublished(
          "student",
          "v1",
          10L,
          1_000L,
          1,
          "soft-targets",
          Map.of("0", 7L),
          "kafka:checkpoint-files/student/v1",
          List.of(new CheckpointFile("model.onnx", 5L, "00ff"), new CheckpointFile("e", 0L, "")),
          Map.of("accuracy", 0.5),
          List.of("teacher-1", "teacher-2"),
          "cafe",
          "v0",
          noon())),
  CHECKPOINT_EVENT(
      Codecs.checkpointEvent(),
      new CheckpointEvent(
          "student",
          CheckpointEventKind.GATE_FAILED,
          "v2",
          "champion",
          6L,
          "gate",
          "worse than the champion",
          List.of(new GateCheck("agreement", false, 0.91, 0.95, "0.91 is below 0.95")),
          noon()));

  private final RecordCodec<? extends SpecificRecord> codec;
  private final SpecificRecord value;

  <T extends SpecificRecord> Samples(RecordCodec<T> codec, T value) {
    this.codec = codec;
    this.value = value;
  }

  RecordCodec<? extends SpecificRecord> codec() {
    return codec;
  }

  SpecificRecord value() {
    return value;
  }

  byte[] encoded() {
    return encode(codec);
  }

  @SuppressWarnings("unchecked") // the constructor ties them together
  private <T extends SpecificRecord> byte[] encode(RecordCodec<T> ofValue) {
    return ofValue.encode((T) value);
  }

  /** Name of the record's schema, and of its files. */
  String recordName() {
    return value.getSchema().getName();
  }

  private static Instant noon() {
    return Instant.parse("2026-01-31T12:00:00.123Z");
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }
}
