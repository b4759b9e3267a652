package io.streamdistill.cli.source;

import static io.streamdistill.cli.source.Rows.example;
import static io.streamdistill.cli.source.Rows.floats;
import static io.streamdistill.cli.source.Rows.malformed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.cli.source.ReadOptions.Header;
import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.config.ConfigException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CSV as spreadsheets, pandas and others write it. */
final class CsvAsItComesTest {

  private static final FeatureContract TWO = new FeatureContract(FeatureType.F32, List.of(2), 1, 0);
  private static final ClassMap ANIMALS = new ClassMap(List.of("cat", "dog"));
  private static final ReadOptions LABELLED = columns(null, "y");

  private final Path directory;

  CsvAsItComesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a,b,y\n1.5,2,dog\n",
        "a;b;y\n1.5;2;dog\n",
        "a\tb\ty\n1.5\t2\tdog\n",
        "a|b|y\n1.5|2|dog\n",
        "a b y\n1.5 2 dog\n",
        "a  b   y\n 1.5  2   dog \n",
        "a, b, y\n1.5, 2, dog\n",
        "a,\tb,\ty\n1.5,\t2,\tdog\n",
        "\"a\";\"b\";\"y\"\r\n\"1.5\";\"2\";\"dog\"\r\n",
        "a;b;y\r1.5;2;dog\r",
        "sep=;\na;b;y\n1.5;2;dog\n",
        ",a,b,y\n0,1.5,2,dog\n", // with the index of pandas, which has no name
        "\"a\" \"b\" \"y\"\n\"1\" 1.5 2 \"dog\"\n\"2\" 1 2 \"cat\"\n", // write.table of R
        "# a,b,y\n1.5,2,dog\n", // savetxt of numpy
        "a,b,y\n1.5,2,dog\n\n,\n", // a row too short leaves the separator alone
      })
  void findsOutWhatSeparatesColumns(String text) throws IOException {
    List<Row> rows = rows(text, LABELLED);

    assertThat(floats(rows.get(0))).containsExactly(1.5f, 2);
    assertThat(example(rows.get(0)).label()).isEqualTo(1);
  }

  @Test
  void keepsDecimalCommasApartFromSemicolons() throws IOException {
    ReadOptions german =
        columns(null, "3").withNumbers(new NumberText(',', '.')).withHeader(Header.AUTO);

    List<Row> rows = rows("1,5;1.234,25;dog\n-2,0;3,0;cat\n", german);

    assertThat(floats(rows.get(0))).containsExactly(1.5f, 1234.25f);
    assertThat(floats(rows.get(1))).containsExactly(-2, 3);
  }

  @Test
  void takesAFirstLineWithNumbersForDataAndNamesColumnsByNumber() throws IOException {
    List<Row> rows = rows("5.1,3.5,cat\n4.9,3.0,dog\n", columns(null, "-1"));

    assertThat(rows).hasSize(2);
    assertThat(floats(rows.get(0))).containsExactly(5.1f, 3.5f);
    assertThat(example(rows.get(1)).label()).isEqualTo(1);
  }

  @Test
  void takesRangesOfColumns() throws IOException {
    Columns range = new Columns("1", "4", List.of("2-3"));

    List<Row> rows = rows("7,1,2,cat,x\n", ReadOptions.defaults().withColumns(range));

    assertThat(example(rows.get(0)).id()).isEqualTo("7");
    assertThat(floats(rows.get(0))).containsExactly(1, 2);
  }

  @Test
  void believesWhatIsSaidOfTheHeader() throws IOException {
    String text = "1,2\n3,4\n";

    assertThat(rows(text, ReadOptions.defaults().withHeader(Header.YES))).hasSize(1);
    assertThat(rows(text, ReadOptions.defaults().withHeader(Header.NO))).hasSize(2);
    assertThat(rows("a,b\n1,2\n", ReadOptions.defaults().withHeader(Header.NO)).get(0))
        .isInstanceOf(Row.Malformed.class);
  }

  @Test
  void asksWhetherNumbersFromZeroAreNamesOrData() {
    assertThatThrownBy(() -> rows("0,1,y\n1.5,2,dog\n", columns(null, "3")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("data.csv: the first line, 0, 1, y, may be names of columns or data")
        .hasMessageContaining("--header yes or --header no");
  }

  @Test
  void saysHowManyLinesStandBeforeTheHeader() throws IOException {
    String comment = "# pets, measured by me\n# in cm\na,b,y\n1,2,dog\n1,2,cat\n";
    String title = "Report,,\n\na,b,y\n1,2,dog\n1,2,cat\n";

    assertThatThrownBy(() -> rows(comment, LABELLED))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no column 'y'")
        .hasMessageContaining("--skip-lines 2 passes over");
    assertThatThrownBy(() -> rows(title, LABELLED)).hasMessageContaining("--skip-lines 2");
    assertThat(rows(comment, LABELLED.withSkipLines(2))).hasSize(2);
    List<Row> rows = rows(title.replace("1,2,cat", "1,two,cat"), LABELLED.withSkipLines(2));
    assertThat(malformed(rows.get(1)).where()).endsWith("data.csv:5");
  }

  @Test
  void saysThatTheHeaderIsInAnotherEncoding() throws IOException {
    Path file = directory.resolve("data.csv");
    Files.write(file, "gr\u00F6\u00DFe;b;y\n1;2;dog\n".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> open(file, LABELLED))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("data.csv:1: holds a byte that is not UTF-8")
        .hasMessageContaining("--encoding windows-1252");
    assertThat(Rows.of(() -> open(file, LABELLED.withCharset(StandardCharsets.ISO_8859_1))))
        .hasSize(1);
  }

  @Test
  void saysWhichColumnsAreNoNumbersAndHowToChoose() {
    assertThatThrownBy(() -> rows("id,a,b,when,y\nx,1,2,2026-01-01,cat\n", ReadOptions.defaults()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("5 feature columns (id, a, b, when, y), but features.shape [2] has 2")
        .hasMessageContaining("no numbers are in id ('x'), when ('2026-01-01'), y ('cat')")
        .hasMessageContaining("--columns a,b");
  }

  @Test
  void saysHowToNameColumnsWhereThereIsNoHeader() {
    assertThatThrownBy(() -> rows("1,2,cat\n", LABELLED))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no column 'y' of --label-column: the first line holds numbers")
        .hasMessageContaining("by their number, 1 to 3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"2\"x,1,2,cat", // goes on behind its quote
        "\"2,1,2,cat", // never ends, or ends in a later row
        "2,\"1,2,cat",
      })
  void losesOneRowToABadQuoteAndNamesItsLine(String bad) throws IOException {
    String good = "1,1,2,cat\n";
    String text = "id,a,b,y\n" + good + bad + "\n" + good + "\"4\",1,2,dog\n" + good;

    List<Row> rows = rows(text, columns("id", "y"));

    assertThat(rows).hasSize(5);
    assertThat(malformed(rows.get(1)))
        .returns(Fault.BAD_QUOTE, Row.Malformed::fault)
        .satisfies(row -> assertThat(row.where()).endsWith("data.csv:3"));
    assertThat(rows).filteredOn(Row.Example.class::isInstance).hasSize(4);
    assertThat(example(rows.get(3)).id()).isEqualTo("4");
  }

  @Test
  void keepsQuotesAndLineBreaksOfQuotedValues() throws IOException {
    List<Row> rows =
        rows("id,a,b\n\"say \"\"x\"\"\r\ny\",1,2\n5\" pipe,3,4\n", columns("id", null));

    assertThat(rows)
        .extracting(row -> example(row).id())
        .containsExactly("say \"x\"\r\ny", "5\" pipe");
  }

  @Test
  void readsTheRowsAroundALineThatIsNoText() throws IOException {
    Path file = directory.resolve("data.csv");
    byte[] bytes = "id,a,b\nx,1,2\n?,1,2\nz,1,2\n".getBytes(StandardCharsets.US_ASCII);
    bytes["id,a,b\nx,1,2\n".length()] = (byte) 0xFC;
    Files.write(file, bytes);

    List<Row> rows = Rows.of(() -> open(file, columns("id", null)));

    assertThat(malformed(rows.get(1)))
        .returns(Fault.BAD_ENCODING, Row.Malformed::fault)
        .satisfies(row -> assertThat(row.toString()).contains("data.csv:3").contains("--encoding"));
    assertThat(example(rows.get(2)).id()).isEqualTo("z");
  }

  @Test
  void boundsTheLengthOfALine() throws IOException {
    try (TextLines lines =
        TextLines.open(
            Files.writeString(directory.resolve("long"), "x".repeat(1_000) + "\nfine"),
            StandardCharsets.UTF_8,
            100)) {
      assertThat(lines.next())
          .satisfies(
              line ->
                  assertThat(line.unfit())
                      .hasMessageContaining("the line has 1,000 characters, at most 100 are read"));
      assertThat(lines.next()).satisfies(line -> assertThat(line.text()).isEqualTo("fine"));
    }
  }

  @Test
  void readsLabelsThatPandasWroteAsFloats() throws IOException {
    List<Row> rows = rows("a,b,y\n1,2,0.0\n1,2,\n1,2,1.0\n1,2,NaN\n1,2,2.0\n1,2,0.5\n", LABELLED);

    assertThat(rows.subList(0, 4))
        .extracting(row -> example(row).label())
        .containsExactly(0, null, 1, null);
    assertThat(rows.subList(4, 6))
        .extracting(row -> malformed(row).fault())
        .containsOnly(Fault.UNKNOWN_LABEL);
  }

  @Test
  void readsBooleansAsLabelsOfTwoClasses() throws IOException {
    List<Row> rows = rows("a,b,y\n1,2,True\n1,2,False\n1,2,None\n", LABELLED);

    assertThat(rows).extracting(row -> example(row).label()).containsExactly(1, 0, null);
  }

  private List<Row> rows(String text, ReadOptions options) throws IOException {
    Path file = Files.writeString(directory.resolve("data.csv"), text);
    return Rows.of(() -> open(file, options));
  }

  private static ExampleSource open(Path file, ReadOptions options) throws IOException {
    return CsvSource.open(file, options, TWO, ANIMALS);
  }

  private static ReadOptions columns(@Nullable String id, @Nullable String label) {
    return ReadOptions.defaults().withColumns(new Columns(id, label, List.of()));
  }
}
