package io.streamdistill.teacher;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Task;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.avro.DistillFormat;
import io.streamdistill.records.format.TransferFormat;
import io.streamdistill.records.format.TransferReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
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

  /**
   * A configuration on free ports with short times, for real brokers.
   *
   * @param settings on top of that, without {@code teacher.}
   */
  public static TeacherConfig config(String model, String... settings) {
    return TeacherConfig.of(
        Stream.concat(
                Stream.of(
                    "application-id=test-teacher",
                    "members=[{model: %s}]".formatted(model(model)),
                    "encoding=dense_f32",
                    "batch-size=16",
                    "linger=50ms",
                    "engine-threads=1",
                    "commit-interval=200ms",
                    "http.port=0"),
                Stream.of(settings))
            .toArray(String[]::new));
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
