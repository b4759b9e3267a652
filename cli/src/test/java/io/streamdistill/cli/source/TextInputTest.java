package io.streamdistill.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextInputTest {

  private static final String TEXT = "a,\u00FC\n1,2\n";

  private final Path directory;

  TextInputTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @ValueSource(strings = {"data.csv.gz", "data.csv.GZ", "data.csv"})
  void tellsGzipByItsContent(String name) throws IOException {
    assertThat(first(file(name, gzip("\uFEFF" + TEXT)), StandardCharsets.UTF_8))
        .isEqualTo("a,\u00FC");
    assertThat(first(file(name, TEXT.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8))
        .as("nor by its name")
        .isEqualTo("a,\u00FC");
  }

  @Test
  void obeysAByteOrderMark() throws IOException {
    byte[] utf16 = ("\uFEFF" + TEXT).getBytes(StandardCharsets.UTF_16LE);

    assertThat(first(file("data.csv", utf16), StandardCharsets.UTF_8)).isEqualTo("a,\u00FC");
  }

  @Test
  void readsLegacyEncodings() throws IOException {
    Charset windows = Charset.forName("windows-1252");

    assertThat(first(file("data.csv", TEXT.getBytes(windows)), windows)).isEqualTo("a,\u00FC");
  }

  @Test
  void saysThatGzipIsCutShortOrDamaged() throws IOException {
    byte[] whole = gzip("a,b\n" + "1,2\n".repeat(5_000));
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, 20, 40, (byte) 0x55);

    assertThatThrownBy(() -> all(file("cut.gz", Arrays.copyOf(whole, whole.length / 2))))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(".*cut.gz:\\d+: the gzip file ends early; is it a complete copy\\?");
    assertThatThrownBy(() -> all(file("bad.gz", damaged)))
        .isInstanceOf(IOException.class)
        .hasMessageMatching("(?s).*bad.gz:\\d+: the gzip file .*");
  }

  @ParameterizedTest
  @CsvSource({
    "504b030414000600, an Excel workbook",
    "5041523115041510, a Parquet file",
    "894844460d0a1a0a, an HDF5 file",
    "934e554d50590100, a NumPy array",
    "0000080300000001, pass it with --images",
    "28b52ffd00000000, compressed with zstd"
  })
  void saysWhatAFileIsThatIsNoText(String hex, String kind) throws IOException {
    Path file = file("data.csv", HexFormat.of().parseHex(hex));

    assertThatThrownBy(() -> TextInput.open(file, StandardCharsets.UTF_8))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("data.csv: is no text, but")
        .hasMessageContaining(kind);
  }

  @Test
  void saysThatItIsUtf16WithoutAMark() throws IOException {
    Path file = file("data.csv", TEXT.getBytes(StandardCharsets.UTF_16LE));
    try (TextLines lines = TextLines.open(file, StandardCharsets.UTF_8, 1_000)) {
      assertThat(lines.next())
          .satisfies(line -> assertThat(line.unfit()).hasMessageContaining("--encoding"));
    }
  }

  private static String first(Path file, Charset charset) throws IOException {
    try (TextLines lines = TextLines.open(file, charset, 1_000)) {
      return java.util.Objects.requireNonNull(lines.next()).text();
    }
  }

  private static void all(Path file) throws IOException {
    try (TextLines lines = TextLines.open(file, StandardCharsets.UTF_8, 1_000)) {
      TextLines.Line line = lines.next();
      while (line != null) {
        line = lines.next();
      }
    }
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private Path file(String name, byte[] bytes) throws IOException {
    return Files.write(directory.resolve(name), bytes);
  }
}
