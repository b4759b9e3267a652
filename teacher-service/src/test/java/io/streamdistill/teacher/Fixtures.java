package io.streamdistill.teacher;

import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.observe.HttpConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Task;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.avro.DistillFormat;
import io.streamdistill.records.format.TransferFormat;
import io.streamdistill.records.format.TransferReader;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.teacher.engine.Combination;
import io.streamdistill.teacher.engine.OutputKind;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The small models of {@code src/test/resources/models}, and examples for them. */
public final class Fixtures {

  public static final int FEATURES = 4;
  public static final FeatureContract CONTRACT = FeatureContract.u8(FEATURES);
  public static final ClassMap CLASSES = ClassMap.ofCount(3);

  public static final Task TASK = new Task(CONTRACT, CLASSES);
  public static final TransferFormat FORMAT = new DistillFormat();
  public static final TransferReader READER = FORMAT.reader(TASK);

  private Fixtures() {}

  /** Path of a test model. */
  public static Path model(String name) {
    return Path.of("src/test/resources/models", name + ".onnx");
  }

  /** A configuration on free ports with short times, for real brokers. */
  public static TeacherConfig config(String... models) {
    return new TeacherConfig(
        "test-teacher",
        List.of(models).stream()
            .map(name -> new MemberConfig(model(name), 1, OutputKind.AUTO))
            .toList(),
        TeacherFeatures.AS_ON_THE_WIRE,
        Combination.ARITHMETIC,
        20,
        EncodingChoice.DENSE_F32,
        16,
        Duration.ofMillis(50),
        1,
        1,
        Duration.ofMillis(200),
        1 << 20,
        OnLostRecords.STOP,
        TeacherLimits.defaults(),
        new HttpConfig("127.0.0.1", 0));
  }

  /** The same under another application id. */
  static TeacherConfig named(String applicationId, TeacherConfig base) {
    return with(applicationId, base, base.linger(), base.onLostRecords(), base.limits());
  }

  /** The same with another linger. */
  static TeacherConfig withLinger(Duration linger, TeacherConfig base) {
    return with(base.applicationId(), base, linger, base.onLostRecords(), base.limits());
  }

  /** The same, but it goes on when records are lost. */
  static TeacherConfig thatGoesOn(TeacherConfig base) {
    return with(base.applicationId(), base, base.linger(), OnLostRecords.CONTINUE, base.limits());
  }

  /** The same with other limits. */
  static TeacherConfig withLimits(TeacherLimits limits, TeacherConfig base) {
    return with(base.applicationId(), base, base.linger(), base.onLostRecords(), limits);
  }

  private static TeacherConfig with(
      String applicationId,
      TeacherConfig base,
      Duration linger,
      OnLostRecords onLostRecords,
      TeacherLimits limits) {
    return new TeacherConfig(
        applicationId,
        base.members(),
        base.features(),
        base.combination(),
        base.temperature(),
        base.encoding(),
        base.batchSize(),
        linger,
        base.streamThreads(),
        base.engineThreads(),
        base.commitInterval(),
        base.maxRecordBytes(),
        onLostRecords,
        limits,
        base.http());
  }

  /** An example whose features are the low bytes of {@code seed}. */
  public static Example example(String id, int seed, @Nullable Integer label) {
    byte[] features = ByteBuffer.allocate(FEATURES).putInt(seed & 0x7F7F7F7F).array();
    return new Example(
        id,
        ByteBuffer.wrap(features),
        FeatureType.U8,
        label,
        0.5f,
        Instant.ofEpochMilli(1_700_000_000_000L + seed));
  }

  /** The framed bytes of {@link #example}. */
  public static byte[] framed(String id, int seed) {
    return new AvroRecords().encode(example(id, seed, null));
  }

  /** The framed bytes of an example with the given features. */
  public static byte[] framedBytes(String id, int... features) {
    ByteBuffer bytes = ByteBuffer.allocate(features.length);
    for (int feature : features) {
      bytes.put((byte) feature);
    }
    return new AvroRecords()
        .encode(new Example(id, bytes.flip(), FeatureType.U8, null, 1f, Instant.EPOCH));
  }
}
