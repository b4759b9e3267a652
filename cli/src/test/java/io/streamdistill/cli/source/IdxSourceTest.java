package io.streamdistill.cli.source;

import static io.streamdistill.cli.source.Rows.example;
import static io.streamdistill.cli.source.Rows.features;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdxSourceTest {

  private static final ClassMap DIGITS = ClassMap.ofCount(10);

  private final Path images; // 2 images of 1 x 2
  private final Path labels;
  private final Path directory;

  IdxSourceTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    this.images = file("images", "00000803" + "00000002" + "00000001" + "00000002" + "0102ff00");
    this.labels = file("labels", "00000801" + "00000002" + "0709");
  }

  @Test
  void readsImagesAndLabels() throws IOException {
    List<Row> rows = Rows.of(() -> IdxSource.open(images, labels, FeatureContract.u8(2), DIGITS));

    assertThat(rows).extracting(row -> example(row).label()).containsExactly(7, 9);
    assertThat(features(rows.get(1))).containsExactly(-1, 0);
    try (IdxSource source = IdxSource.open(images, labels, FeatureContract.u8(1, 2), DIGITS)) {
      assertThat(source.total()).hasValue(2);
    }
  }

  @Test
  void readsTheFilesOnceForAllPasses() throws IOException {
    ExampleSource.Opener opener = IdxSource.opener(images, labels, FeatureContract.u8(2), DIGITS);
    List<Row> first = Rows.of(opener);
    Files.delete(images);

    List<Row> second = Rows.of(opener);

    assertThat(second).hasSize(2).usingRecursiveComparison().isEqualTo(first);
  }

  @Test
  void convertsToTheElementTypeOfTheContract() throws IOException {
    FeatureContract floats = new FeatureContract(FeatureType.F32, List.of(2), 1, 0);

    List<Row> rows = Rows.of(() -> IdxSource.open(images, null, floats, DIGITS));

    ByteBuffer features = ByteBuffer.wrap(features(rows.get(1))).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(features.getFloat()).isEqualTo(255f);
    assertThat(example(rows.get(1)).label()).isNull();
  }

  @Test
  void rejectsFilesThatDoNotFitEachOther() throws IOException {
    Path tooMany = file("three", "00000801" + "00000003" + "070902");

    assertThatThrownBy(() -> IdxSource.open(images, tooMany, FeatureContract.u8(2), DIGITS))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("three holds 3 labels")
        .hasMessageContaining("images 2 images");
    assertThatThrownBy(() -> IdxSource.open(images, labels, FeatureContract.u8(3), DIGITS))
        .hasMessageContaining("an image has 2 values")
        .hasMessageContaining("set features.shape to [2]");
    assertThatThrownBy(
            () -> IdxSource.open(images, labels, FeatureContract.u8(2), ClassMap.ofCount(9)))
        .hasMessageContaining("label 9 of item 1 is not one of the 9 classes");
  }

  @Test
  void rejectsGarbageNamingTheFile() throws IOException {
    Path garbage = file("garbage", "89504e470d0a1a0a");

    assertThatThrownBy(() -> IdxSource.open(garbage, null, FeatureContract.u8(2), DIGITS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("garbage: no IDX file");
  }

  private Path file(String name, String hex) throws IOException {
    return Files.write(directory.resolve(name), HexFormat.of().parseHex(hex));
  }
}
