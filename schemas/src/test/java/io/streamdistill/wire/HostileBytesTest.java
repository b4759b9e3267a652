package io.streamdistill.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes, decoding gives a record or a {@link WireException}, in little memory. */
class HostileBytesTest {

  private static final int HEADER = 10;

  private static void decode(Samples sample, byte[] framed) {
    try {
      assertThat(sample.codec().decode(framed)).isNotNull();
    } catch (WireException e) {
      assertThat(e).hasMessageContaining(" ");
    }
  }

  @ParameterizedTest
  @EnumSource(Samples.class)
  void survivesEveryChangeOfOneByte(Samples sample) {
    byte[] original = sample.encoded();
    for (int at = 0; at < original.length; at++) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = original.clone();
        changed[at] = (byte) value;
        decode(sample, changed);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Samples.class)
  void refusesEveryTruncationAndEveryTail(Samples sample) {
    byte[] original = sample.encoded();
    for (int length = 0; length < original.length; length++) {
      byte[] cut = Arrays.copyOf(original, length);
      assertThatThrownBy(() -> sample.codec().decode(cut)).isInstanceOf(WireException.class);
    }
    byte[] longer = Arrays.copyOf(original, original.length + 1);
    assertThatThrownBy(() -> sample.codec().decode(longer)).isInstanceOf(WireException.class);
  }

  @ParameterizedTest
  @EnumSource(Samples.class)
  void survivesGarbageAfterTheHeader(Samples sample) {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    byte[] original = sample.encoded();
    for (int i = 0; i < 20_000; i++) {
      byte[] body = new byte[random.nextInt(200)];
      random.nextBytes(body);
      byte[] framed = Arrays.copyOf(original, HEADER + body.length);
      System.arraycopy(body, 0, framed, HEADER, body.length);
      decode(sample, framed);

      byte[] changed = original.clone();
      for (int n = random.nextInt(1, 6); n > 0; n--) {
        changed[random.nextInt(HEADER, changed.length)] = (byte) random.nextInt();
      }
      decode(sample, changed);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 28, Integer.MAX_VALUE - 8, Integer.MAX_VALUE, Long.MAX_VALUE, -5})
  void allocatesNothingForADeclaredLength(long length) throws IOException {
    byte[] id = body(encoder -> encoder.writeLong(length)); // string length of the first field
    byte[] features =
        body(
            encoder -> {
              encoder.writeString("x");
              encoder.writeLong(length);
            });

    requireCheapRefusal(Samples.TRANSFER_EXAMPLE, id);
    requireCheapRefusal(Samples.TRANSFER_EXAMPLE, features);
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 20, 1L << 24, 1L << 28, Integer.MAX_VALUE, Long.MAX_VALUE, -5})
  void allocatesNothingForADeclaredCount(long count) throws IOException {
    byte[] map = body(encoder -> writeUpToOffsets(encoder, count));
    byte[] array =
        body(
            encoder -> {
              writeUpToOffsets(encoder, 0);
              encoder.writeString("file:/x");
              encoder.writeLong(count);
            });

    requireCheapRefusal(Samples.CHECKPOINT_PUBLISHED, map);
    requireCheapRefusal(Samples.CHECKPOINT_PUBLISHED, array);
  }

  private static void writeUpToOffsets(BinaryEncoder encoder, long count) throws IOException {
    encoder.writeString("student");
    encoder.writeString("v1");
    encoder.writeLong(1);
    encoder.writeLong(1);
    encoder.writeInt(1);
    encoder.writeString("soft-targets");
    encoder.writeLong(count);
  }

  private static void requireCheapRefusal(Samples sample, byte[] body) {
    byte[] framed = Arrays.copyOf(sample.encoded(), HEADER + body.length);
    System.arraycopy(body, 0, framed, HEADER, body.length);
    decode(sample, framed); // classes loaded
    long before = allocatedBytes();

    assertThatThrownBy(() -> sample.codec().decode(framed)).isInstanceOf(WireException.class);

    assertThat(allocatedBytes() - before).isLessThan(4 << 20);
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private interface Body {
    void write(BinaryEncoder encoder) throws IOException;
  }

  private static byte[] body(Body body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    body.write(encoder);
    encoder.flush();
    return out.toByteArray();
  }

  @Test
  void decodesInABareJvm() throws IOException, InterruptedException {
    Process bare =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HostileBytesTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(bare.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(bare.waitFor()).as(output).isZero();
    assertThat(output).endsWith(Samples.values().length + " records");
  }

  /** Reads one record of every type, as a user's program would. */
  public static void main(String[] arguments) {
    int records = 0;
    for (Samples sample : Samples.values()) {
      if (sample.codec().decode(sample.encoded()).equals(sample.value())) {
        records++;
      }
    }
    System.out.print(records + " records");
  }
}
