package io.streamdistill.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is wrong with one row costs that row, wherever it stands, and its own line is named. Bad
 * rows are written in Latin-1, of which an é is no UTF-8.
 */
final class OneBadRowTest {

  private static final ClassMap ANIMALS = new ClassMap(List.of("cat", "dog"));
  private static final FeatureContract PAIR =
      new FeatureContract(FeatureType.F32, List.of(2), 1, 0);
  private static final int GOOD = 4;

  @TempDir Path directory;

  static Stream<String> badCsv() {
    return Stream.of(
        "bad,1f,2,cat",
        "bad,1d,2,cat",
        "bad,1L,2,cat",
        "bad,0x1p3,2,cat",
        "bad,0x10,2,cat",
        "bad,1_000,2,cat",
        "bad,1e,2,cat",
        "bad,--1,2,cat",
        "bad,.,2,cat",
        "bad,1.2.3,2,cat",
        "bad,Infinity,2,cat",
        "bad,-inf,2,cat",
        "bad,1e39,2,cat",
        "bad,1e999999999,2,cat",
        "bad,\u0000,2,cat",
        "bad,one,2,cat",
        "bad,NaN,2,cat",
        "bad,1,2,cow",
        "bad,1,2,2",
        "bad,1,2,1.5",
        "bad,1,2,-1",
        "bad,1,2,1e300",
        "bad,1,2",
        "bad,1,2,cat,",
        "bad",
        " ,1,2,cat",
        "bé,1,2,cat",
        "b\"ad\"x\",\"1,2,cat",
        "\"bad,1,2,cat",
        "\"bad\"x,1,2,cat",
        "bad,\"1,2,cat",
        "bad,1,2,\"cat",
        "x".repeat(9_000) + ",1,2,cat");
  }

  @ParameterizedTest
  @MethodSource("badCsv")
  void ofACsvFile(String bad) throws IOException {
    for (int at = 1; at <= GOOD; at++) {
      List<String> lines = new ArrayList<>(List.of("k,x,y,kind"));
      for (int i = 0; i < GOOD; i++) {
        lines.add("good" + i + "," + i + ".0,2,cat");
      }
      lines.add(1 + at, bad);
      Path file = directory.resolve("data.csv");
      Files.write(file, String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1));
      ReadOptions options = ReadOptions.defaults().withColumns(new Columns("k", "kind", List.of()));

      requireOneUnfit(
          Rows.of(() -> CsvSource.open(file, options, PAIR, ANIMALS)), file + ":" + (at + 2));
    }
  }

  static Stream<String> badJson() {
    return Stream.of(
        "{\"features\":[1,2]",
        "{\"features\":[1,2]}}",
        "{\"features\":[1,2],}",
        "{'features':[1,2]}",
        "{\"features\":[1f,2]}",
        "{\"features\":[0x1,2]}",
        "{\"features\":[\"1f\",2]}",
        "{\"features\":[01,2]}",
        "{\"features\":[1,2,3]}",
        "{\"features\":[]}",
        "{\"features\":[[1],[2,3]]}",
        "{\"features\":[NaN,2]}",
        "{\"features\":[1e99999999,2]}",
        "{\"features\":[" + "9".repeat(5_000) + ",2]}",
        "{\"features\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}",
        "{\"" + "n".repeat(100_000) + "\":1,\"features\":[1,2]}",
        "{\"features\":[1,2],\"label\":\"cow\"}",
        "{\"features\":[1,2],\"label\":0.5}",
        "{\"features\":[1,2],\"label\":{}}",
        "{\"features\":[1,2],\"weight\":-1}",
        "{\"features\":[1,2],\"weight\":1e39}",
        "{\"features\":[1,2],\"id\":\"\"}",
        "{\"features\":[1,2],\"id\":[1]}",
        "{\"features\":[1,2],\"id\":\"" + "x".repeat(9_000) + "\"}",
        "{\"features\":[1,2],\"id\":\"\\uDC00\"}",
        "{\"features\":[1,2],\"id\":\"é\"}",
        "{\"features\":[1,2],\"eventTime\":\"31.1.2026\"}",
        "{\"features\":[1,2],\"eventTime\":\"+999999999-01-01T00:00:00Z\"}",
        "{\"features\":[1,2],\"eventTime\":9223372036854775807}",
        "{\"features\":[1,2],\"eventTime\":true}",
        "null",
        "[1,2]",
        "1,2,cat",
        "# a comment");
  }

  @ParameterizedTest
  @MethodSource("badJson")
  void ofAFileOfJsonLines(String bad) throws IOException {
    for (int at = 1; at <= GOOD; at++) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < GOOD; i++) {
        lines.add("{\"id\":\"good%d\",\"features\":[%d,2],\"label\":\"cat\"}".formatted(i, i));
      }
      lines.add(at, bad);
      Path file = directory.resolve("data.jsonl");
      Files.write(file, String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1));

      requireOneUnfit(
          Rows.of(() -> JsonSource.open(file, ReadOptions.defaults(), PAIR, ANIMALS)),
          file + ":" + (at + 1));
    }
  }

  private static void requireOneUnfit(List<Row> rows, String where) {
    assertThat(rows.stream().filter(Row.Malformed.class::isInstance).map(Row::toString))
        .singleElement()
        .satisfies(
            message ->
                assertThat(message)
                    .startsWith(where + ": ")
                    .hasSizeLessThan(900)
                    .doesNotContain("Exception", "`"));
    assertThat(
            rows.stream().filter(Row.Example.class::isInstance).map(row -> Rows.example(row).id()))
        .containsExactly("good0", "good1", "good2", "good3");
  }

  private Path withALongLine(String name, String before, String after, String piece)
      throws IOException {
    Path file = directory.resolve(name);
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write(before);
      for (int i = 0; i < 20 << 20; i += piece.length()) {
        out.write(piece);
      }
      out.write(after);
    }
    return file;
  }

  @Test
  void ofAnyLength() throws IOException {
    Path csv = withALongLine("long.csv", "x,y\n1,2\n", "\n3,4\n", "1,2,3,4,5,6,7,8,");
    Path json =
        withALongLine(
            "long.jsonl",
            "{\"features\":[1,2]}\n{\"features\":[",
            "1]}\n{\"features\":[3,4]}\n",
            "1,2,");

    for (List<Row> rows :
        List.of(
            Rows.of(() -> CsvSource.open(csv, ReadOptions.defaults(), PAIR, ANIMALS)),
            Rows.of(() -> JsonSource.open(json, ReadOptions.defaults(), PAIR, ANIMALS)))) {
      assertThat(rows).hasSize(3);
      assertThat(Rows.malformed(rows.get(1)).fault()).isEqualTo(Row.Fault.TOO_LONG);
      assertThat(rows.get(1).toString()).contains("at most 16,777,");
      assertThat(Rows.floats(rows.get(2))).containsExactly(3, 4);
    }
  }

  @Test
  void ofAnArrayCannotBeSkippedIfItIsTooLongAndThatIsSaid() throws IOException {
    Path array =
        withALongLine("long.json", "[{\"features\":[1,2]},\n{\"features\":[", "1]}]", "1,2,");

    assertThatThrownBy(
            () -> Rows.of(() -> JsonSource.open(array, ReadOptions.defaults(), PAIR, ANIMALS)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("long.json:2: an object of the array has more than 16,777,")
        .hasMessageContaining("one object per line");
  }

  @Test
  void ofAQuoteThatNeverEndsAmongLongLinesIsHeldInBoundedMemory() throws IOException {
    Path file = directory.resolve("quote.csv");
    String pad = "p".repeat(100_000);
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write("x,y,note\n1,2,\"open\n");
      for (int i = 0; i < 300; i++) {
        out.write("3,4," + pad + "\n");
      }
    }
    ReadOptions options =
        ReadOptions.defaults().withColumns(new Columns(null, null, List.of("x", "y")));

    List<Row> rows = Rows.of(() -> CsvSource.open(file, options, PAIR, ANIMALS));

    assertThat(rows).hasSize(301);
    assertThat(rows.stream().filter(Row.Malformed.class::isInstance)).hasSize(1);
  }

  @Test
  void ofAPipeThatCanBeReadOnlyOnceIsReadFromItsBeginning() throws Exception {
    Path pipe = directory.resolve("pipe.jsonl");
    if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() != 0) {
      return; // nothing to be seen here
    }
    for (String text : List.of("{\"features\":[1,2]}\n", " [{\"features\":[1,2]}]")) {
      Thread writer =
          new Thread(
              () -> {
                try {
                  Files.writeString(pipe, text);
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      writer.start();

      assertThat(Rows.of(() -> JsonSource.open(pipe, ReadOptions.defaults(), PAIR, ANIMALS)))
          .singleElement()
          .satisfies(row -> assertThat(Rows.floats(row)).containsExactly(1, 2));
      writer.join();
    }
  }
}
