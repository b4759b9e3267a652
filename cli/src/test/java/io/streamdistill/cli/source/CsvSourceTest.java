package io.streamdistill.cli.source;

import static io.streamdistill.cli.source.Rows.example;
import static io.streamdistill.cli.source.Rows.features;
import static io.streamdistill.cli.source.Rows.malformed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.config.ConfigException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.target.Float16;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

final class CsvSourceTest {

  private static final FeatureContract TWO_BYTES = FeatureContract.u8(2);
  private static final ClassMap ANIMALS = new ClassMap(List.of("cat", "dog"));
  private static final Columns COLUMNS = columns("id", "y");

  private final Path directory;

  CsvSourceTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void readsIdLabelAndTheOtherColumnsInOrder() throws IOException {
    List<Row> rows = rows("id,a,y,b\nx1,1,dog,2\nx2,255,0,0\nx3,3,,4\n", COLUMNS, TWO_BYTES);

    assertThat(rows).extracting(row -> example(row).id()).containsExactly("x1", "x2", "x3");
    assertThat(rows).extracting(row -> example(row).label()).containsExactly(1, 0, null);
    assertThat(features(rows.get(0))).containsExactly(1, 2);
    assertThat(features(rows.get(1))).containsExactly(-1, 0);
  }

  @Test
  void takesFeatureColumnsInTheOrderGiven() throws IOException {
    Columns reversed = new Columns(null, null, List.of("b", "a"));

    List<Row> rows = rows("a,note,b\n1,\"x,\ny\",2\n", reversed, TWO_BYTES);

    assertThat(features(rows.get(0))).containsExactly(2, 1);
    assertThat(example(rows.get(0)).id()).isNull();
  }

  @Test
  void encodesHalfAndSinglePrecisionLittleEndian() throws IOException {
    String text = "a,b\n-1.5,0.25\n";
    Columns features = columns(null, null);

    ByteBuffer half = buffer(rows(text, features, contract(FeatureType.F16)).get(0));
    ByteBuffer single = buffer(rows(text, features, contract(FeatureType.F32)).get(0));

    assertThat(Float16.toFloat(half.getShort())).isEqualTo(-1.5f);
    assertThat(Float16.toFloat(half.getShort())).isEqualTo(0.25f);
    assertThat(single.getFloat()).isEqualTo(-1.5f);
    assertThat(single.getFloat()).isEqualTo(0.25f);
    assertThat(single.hasRemaining()).isFalse();
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.CsvSource(
      delimiter = '|',
      textBlock =
          """
          x,1,dog     | WRONG_COLUMN_COUNT | data.csv:3: 3 columns, the header has 4
          ' ,1,dog,2' | BLANK_ID      | data.csv:3: column 'id' is blank
          x,1,cow,2   | UNKNOWN_LABEL | data.csv:3: column 'y' is 'cow', neither a class name (cat, dog)
          x,1,2,2     | UNKNOWN_LABEL | data.csv:3: column 'y' is '2', neither
          x,1,dog,two | BAD_FEATURE   | data.csv:3: column 'b' is 'two', not a number
          x,256,dog,2 | BAD_FEATURE   | data.csv:3: column 'a' is 256, not an integer in [0, 255]
          x,-1,dog,2  | BAD_FEATURE   | data.csv:3: column 'a' is -1, not an integer
          x,1.5,dog,2 | BAD_FEATURE   | data.csv:3: column 'a' is 1.5, not an integer
          x,inf,dog,2 | BAD_FEATURE   | data.csv:3: column 'a' is Infinity, not an integer
          x,1f,dog,2  | BAD_FEATURE   | data.csv:3: column 'a' is '1f', not a number
          x,NaN,dog,2 | MISSING_VALUE | data.csv:3: column 'a' is missing ('NaN'); say what stands in
          """)
  void namesFileLineColumnAndValueOfAnUnfitRow(String line, Fault fault, String message)
      throws IOException {
    String text = "id,a,y,b\nfine,1,dog,2\n" + line + "\nfine too,1,cat,2\n";

    List<Row> rows = rows(text, COLUMNS, TWO_BYTES);

    assertThat(malformed(rows.get(1)).fault()).isEqualTo(fault);
    assertThat(rows.get(1).toString()).contains(message);
    assertThat(example(rows.get(2)).index()).as("unfit rows keep their number").isEqualTo(2);
  }

  @Test
  void rejectsWhatHalfPrecisionCannotHold() throws IOException {
    List<Row> rows = rows("a,b\n70000,1\n", columns(null, null), contract(FeatureType.F16));

    assertThat(rows.get(0).toString()).contains("column 'a' is 70000").contains("65504");
  }

  @Test
  void countsLinesOverQuotedLineBreaksBlankLinesAndAtAMissingLastLineEnd() throws IOException {
    String text = "id,a,b\r\n\"x\r\ny\",1,2\r\n\r\nz,1,300";

    List<Row> rows = rows(text, columns("id", null), TWO_BYTES);

    assertThat(example(rows.get(0)).id()).isEqualTo("x\r\ny");
    assertThat(malformed(rows.get(1)).where()).endsWith("data.csv:5");
  }

  /** As a file that is missing: no fault of the configuration. */
  @Test
  void refusesAnEmptyFile() {
    assertThatThrownBy(() -> rows("", COLUMNS, TWO_BYTES))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("data.csv: is empty");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.CsvSource(
      delimiter = '|',
      textBlock =
          """
          'id,a,b,c,y' | 3 feature columns (a, b, c), but features.shape [2] has 2 elements
          'a,b,y'      | the header has no column 'id'; it has a, b, y
          'id,a,id,y'  | more than one column 'id'
          """)
  void rejectsAHeaderThatDoesNotFit(String header, String message) {
    assertThatThrownBy(() -> rows(header, COLUMNS, TWO_BYTES))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("data.csv")
        .hasMessageContaining(message);
  }

  @Test
  void prefersAClassNameToAnIndex() throws IOException {
    Path file = Files.writeString(directory.resolve("data.csv"), "a,b,y\n1,2,1\n");
    ClassMap countdown = new ClassMap(List.of("1", "0"));

    List<Row> rows =
        Rows.of(
            () ->
                CsvSource.open(
                    file,
                    ReadOptions.defaults().withColumns(columns(null, "y")),
                    TWO_BYTES,
                    countdown));

    assertThat(example(rows.get(0)).label()).isZero();
  }

  private List<Row> rows(String text, Columns columns, FeatureContract contract)
      throws IOException {
    Path file = Files.writeString(directory.resolve("data.csv"), text);
    return Rows.of(() -> open(file, columns, contract));
  }

  private static ExampleSource open(Path file, Columns columns, FeatureContract contract)
      throws IOException {
    return CsvSource.open(file, ReadOptions.defaults().withColumns(columns), contract, ANIMALS);
  }

  private static Columns columns(@Nullable String id, @Nullable String label) {
    return new Columns(id, label, List.of());
  }

  private static FeatureContract contract(FeatureType type) {
    return new FeatureContract(type, List.of(2), 1, 0);
  }

  private static ByteBuffer buffer(Row row) {
    return ByteBuffer.wrap(features(row)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
