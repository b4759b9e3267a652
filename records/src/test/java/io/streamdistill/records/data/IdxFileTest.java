package io.streamdistill.records.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxFileTest {
  private static final Path MNIST = Path.of("..", "datasets", "mnist");

  /** Two images of 2 x 3 values, 0 to 11 but the last, which is 255. */
  private static final String IMAGES =
      "00000803" + "00000002" + "00000002" + "00000003" + "000102030405" + "060708090aff";

  private final Path directory;

  IdxFileTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void readsImagesRowMajorAndUnsigned() throws IOException {
    IdxFile images = IdxFile.read(file("images", IMAGES), 3);

    assertThat(images.dimensions()).containsExactly(2, 2, 3);
    assertThat(images.count()).isEqualTo(2);
    assertThat(images.itemLength()).isEqualTo(6);
    assertThat(images.item(1)).containsExactly(6, 7, 8, 9, 10, -1);
    assertThat(images.value(1, 5)).isEqualTo(255);
    assertThat(images.value(0, 4)).isEqualTo(4);
  }

  @Test
  void tellsGzipByItsContentAndNotByItsName() throws IOException {
    Path file = directory.resolve("images");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(HexFormat.of().parseHex(IMAGES));
    }

    assertThat(IdxFile.read(file, 3).item(0)).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(IdxFile.read(file("plain.gz", IMAGES), 3).item(0)).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void readsTheShippedMnist() throws IOException {
    IdxFile images = IdxFile.read(MNIST.resolve("t10k-images-idx3-ubyte.gz"), 3);
    IdxFile labels = IdxFile.read(MNIST.resolve("t10k-labels-idx1-ubyte.gz"), 1);

    assertThat(images.dimensions()).containsExactly(10_000, 28, 28);
    int[] perClass = new int[10];
    for (int i = 0; i < labels.count(); i++) {
      perClass[labels.value(i, 0)]++;
    }
    assertThat(perClass).containsExactly(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          89504e470d0a1a0a                   | no IDX file: starts with 0x89504e47
          00000d03 00000001                  | type 0x0d, only unsigned bytes
          00000801 00000001 07               | has 1 dimensions, expected 3
          00000803 00000002 00000000 00000001 | dimension 1 is 0, expected > 0
          00000803 00000000 00000001 00000001 | holds no examples
          00000803 ffffffff 00000001 00000001 | dimension 0 is -1, expected > 0
          00000803 7fffffff 7fffffff 7fffffff | exceed 2 GiB
          00000803 00000002 00000001 00000001 05 | holds 1 values, dimensions [2, 1, 1] need 2
          00000803 00000001 00000001 00000001 0506 | goes on after the 1 values
          00000803 00000001                  | ends early
          0000                               | ends early
          """)
  void rejectsGarbageSayingWhatIsWrong(String hex, String problem) throws IOException {
    Path file = file("garbage", hex.replace(" ", ""));

    assertThatThrownBy(() -> IdxFile.read(file, 3))
        .isInstanceOf(IdxFormatException.class)
        .hasMessageContaining("garbage")
        .hasMessageContaining(problem);
  }

  @Test
  void rejectsTruncatedGzip() throws IOException {
    Path whole = directory.resolve("whole.gz");
    byte[] noise = new byte[12 + 4 + 5_000];
    new SplittableRandom(7).nextBytes(noise);
    System.arraycopy(HexFormat.of().parseHex("00000803000013880000000100000001"), 0, noise, 0, 16);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(whole))) {
      out.write(noise);
    }
    assertThat(IdxFile.read(whole, 3).count()).isEqualTo(5_000);
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = directory.resolve("cut.gz");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));

    assertThatThrownBy(() -> IdxFile.read(cut, 3)).isInstanceOf(IdxFormatException.class);
  }

  private Path file(String name, String hex) throws IOException {
    return Files.write(directory.resolve(name), HexFormat.of().parseHex(hex));
  }
}
