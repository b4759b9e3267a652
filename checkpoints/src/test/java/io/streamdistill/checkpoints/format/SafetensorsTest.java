package io.streamdistill.checkpoints.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SafetensorsTest {

  private static final Map<String, Tensor> TENSORS =
      Map.of(
          "b.weight", Tensor.of(new float[] {1, -2, 3.5f, Float.NaN, 0, -0f}, 2, 3),
          "a.bytes", Tensor.of(new byte[] {1, -1, 127}, 3),
          "moments", Tensor.of(new double[] {Math.PI, -1e300}, 2, 1),
          "step", Tensor.of(new long[] {Long.MIN_VALUE}),
          "empty", Tensor.of(new float[0], 0, 7),
          "zwölf \"12\"", Tensor.of(new float[] {12}, 1));
  private static final Safetensors EXAMPLE =
      new Safetensors(TENSORS, Map.of("format", "pt", "step", "7"));

  private static final String PYTHON =
      "88000000000000007b225f5f6d657461646174615f5f223a7b226b223a2276227d2c226e223a7b22"
          + "6474797065223a22493634222c227368617065223a5b315d2c22646174615f6f666673657473223a"
          + "5b302c385d7d2c2277223a7b226474797065223a22463332222c227368617065223a5b312c325d2c"
          + "22646174615f6f666673657473223a5b382c31365d7d7d2003000000000000000000803f00000040";

  @TempDir Path directory;

  @Test
  void readsWhatItWrote() throws IOException {
    Path file = directory.resolve("weights.safetensors");

    EXAMPLE.write(file);

    assertThat(Safetensors.read(file)).isEqualTo(EXAMPLE);
    assertThat(Files.readAllBytes(file)).isEqualTo(EXAMPLE.toBytes());
    Safetensors parsed = Safetensors.parse("bytes", ByteBuffer.wrap(EXAMPLE.toBytes()));
    assertThat(parsed).isEqualTo(EXAMPLE);
    assertThat(parsed.tensors().get("b.weight"))
        .satisfies(
            tensor -> {
              assertThat(tensor.shape()).containsExactly(2L, 3L);
              assertThat(tensor.floats()).containsExactly(1, -2, 3.5f, Float.NaN, 0, -0f);
            });
    assertThat(parsed.tensors().get("moments"))
        .satisfies(tensor -> assertThat(tensor.doubles()).containsExactly(Math.PI, -1e300));
    assertThat(parsed.tensors().get("step"))
        .satisfies(tensor -> assertThat(tensor.longs()).containsExactly(Long.MIN_VALUE));
  }

  @Test
  void writesNothingButAHeaderWhenEmpty() {
    Safetensors empty = new Safetensors(Map.of(), Map.of());

    assertThat(empty.toBytes()).hasSize(8 + 8);
    assertThat(Safetensors.parse("empty", ByteBuffer.wrap(empty.toBytes()))).isEqualTo(empty);
  }

  @Test
  void writesAlignedTensorsWideOnesFirst() {
    byte[] header = header(EXAMPLE.toBytes());

    assertThat(header.length % 8).isZero();
    assertThat(new String(header, StandardCharsets.UTF_8).strip())
        .isEqualTo(
            """
            {"__metadata__":{"format":"pt","step":"7"},\
            "moments":{"dtype":"F64","shape":[2,1],"data_offsets":[0,16]},\
            "step":{"dtype":"I64","shape":[],"data_offsets":[16,24]},\
            "b.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[24,48]},\
            "empty":{"dtype":"F32","shape":[0,7],"data_offsets":[48,48]},\
            "zwölf \\"12\\"":{"dtype":"F32","shape":[1],"data_offsets":[48,52]},\
            "a.bytes":{"dtype":"U8","shape":[3],"data_offsets":[52,55]}}""");
  }

  /** {@code safetensors.numpy.save({"w": float32 [[1, 2]], "n": int64 [3]}, {"k": "v"})}, 0.8. */
  @Test
  void readsFilesOfThePythonLibrary() {
    byte[] file = HexFormat.of().parseHex(PYTHON);

    Safetensors parsed = Safetensors.parse("python", ByteBuffer.wrap(file));

    assertThat(parsed)
        .isEqualTo(
            new Safetensors(
                Map.of("w", Tensor.of(new float[] {1, 2}, 1, 2), "n", Tensor.of(new long[] {3}, 1)),
                Map.of("k", "v")));
    assertThat(parsed.toBytes()).isEqualTo(file);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 5_000, 1L << 31, 1L << 62, Long.MIN_VALUE, -1})
  void refusesHeaderLengthsThatDoNotFitTheFile(long length) {
    byte[] bytes = EXAMPLE.toBytes();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);

    assertRefused(bytes, "claims a header of " + Long.toUnsignedString(length));
  }

  @Test
  void refusesHeadersThatAreTooLarge() throws IOException {
    byte[] bytes = new byte[Safetensors.MAX_HEADER_BYTES + 100];
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(Safetensors.MAX_HEADER_BYTES + 8L);

    assertRefused(bytes, "has a header of 16777224 bytes, 16777216 are allowed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   | declares 4 bytes of data, but has 8
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}   | begins at byte 4 of the data
          {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}  | declares 12 bytes of data, but has 8
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}   | of F32 [1] cannot take 8 bytes
          {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}  | has -2 in its shape
          {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}} | has 2.0 in its shape
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}   | not [begin, end]
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}     | not [begin, end]
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}} | in its data_offsets
          {"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}} | has a shape too large
          {"a":{"dtype":"F8","shape":[2],"data_offsets":[0,8]}}    | has dtype "F8", supported are [F32, F64, I64, U8]
          {"a":{"dtype":"F32","shape":[2]}}                        | has other fields
          {"a":{"dtype":"F32","shape":{},"data_offsets":[0,8]}}    | has no array shape
          {"a":[]}                                                 | has other fields
          {"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}} | begins at byte 4
          {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}} | Duplicate field 'a'
          {"__metadata__":{"k":1},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}} | metadata that is not text
          {"__metadata__":[],"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}} | metadata that is not a JSON object
          {"a":[[[[[[]]]]]]}                                       | is not JSON
          {} x                                                     | is not JSON
          [1]                                                      | is not a JSON object
          nonsense                                                 | is not JSON
          """)
  void refusesInconsistentHeaders(String header, String reason) {
    assertRefused(file(header, 8), reason);
  }

  @Test
  void refusesHeadersThatAreNotUtf8() {
    byte[] bytes = file("{\"a\":1}", 0);
    bytes[8 + 2] = (byte) 0xff;

    assertRefused(bytes, "is not JSON");
  }

  @Test
  void readsOrRefusesWhateverIsInTheFile() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] original = EXAMPLE.toBytes();
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] mutated = mutate(original, random);
      try {
        for (Tensor tensor : parse(mutated).tensors().values()) {
          assertThat(tensor.bytes().remaining()).isLessThanOrEqualTo(mutated.length);
        }
      } catch (CheckpointException expected) {
        refused++;
      } catch (RuntimeException | Error e) {
        fail("seed %d, mutation %d: %s".formatted(seed, i, HexFormat.of().formatHex(mutated)), e);
      }
    }
    assertThat(refused).as("seed %d", seed).isBetween(5_000, 19_999);
  }

  @Test
  void refusesEveryTruncation() {
    byte[] original = EXAMPLE.toBytes();

    for (int length = 0; length < original.length; length++) {
      byte[] truncated = Arrays.copyOf(original, length);
      assertThatThrownBy(() -> parse(truncated)).isInstanceOf(CheckpointException.class);
    }
  }

  @Test
  void namesTheFileAndTheRemedy() throws IOException {
    Path truncated = directory.resolve("truncated.safetensors");
    Files.write(truncated, Arrays.copyOf(EXAMPLE.toBytes(), 600));

    assertThatThrownBy(() -> Safetensors.read(truncated))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(truncated.toString())
        .hasMessageContaining("fetch it again, or use an older checkpoint");
    assertThatThrownBy(() -> Safetensors.read(directory.resolve("none")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> EXAMPLE.write(truncated))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("cannot be written");
  }

  @Test
  void refusesToBuildWhatItCouldNotRead() {
    assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3))
        .hasMessage("a tensor of F32 [2, 3] takes 24 bytes, got 20");
    assertThatThrownBy(
            () -> new Safetensors(Map.of("__metadata__", Tensor.of(new byte[0], 0)), Map.of()))
        .hasMessage("a tensor cannot be named __metadata__");
    assertThatThrownBy(() -> Tensor.of(new byte[1], 1).floats())
        .hasMessage("the tensor holds U8, not F32");
  }

  /** Changes, removes or repeats a few bytes, mostly in the header. */
  private static byte[] mutate(byte[] original, Random random) {
    byte[] bytes = original.clone();
    int range = random.nextInt(4) == 0 ? bytes.length : bytes.length - 60;
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(range);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes[at] = (byte) "0123456789[]{}\",:-e. ".charAt(random.nextInt(21));
        case 3 -> bytes[at] = bytes[random.nextInt(bytes.length)];
        default -> {
          int length = Math.min(random.nextInt(20), bytes.length - at);
          System.arraycopy(bytes, random.nextInt(bytes.length - length), bytes, at, length);
        }
      }
    }
    return random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(2 * bytes.length)) : bytes;
  }

  /** Both ways to read must agree on what is valid. */
  private void assertRefused(byte[] bytes, String reason) {
    assertThatThrownBy(() -> parse(bytes))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("test ")
        .hasMessageContaining(reason);
    Path file = directory.resolve("refused.safetensors");
    assertThatThrownBy(() -> Safetensors.read(Files.write(file, bytes)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(reason);
  }

  private static Safetensors parse(byte[] bytes) {
    return Safetensors.parse("test", ByteBuffer.wrap(bytes));
  }

  private static byte[] file(String header, int dataLength) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + dataLength)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private static byte[] header(byte[] file) {
    int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return Arrays.copyOfRange(file, 8, 8 + length);
  }
}
