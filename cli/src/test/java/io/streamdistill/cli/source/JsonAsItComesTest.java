package io.streamdistill.cli.source;

import static io.streamdistill.cli.source.Rows.example;
import static io.streamdistill.cli.source.Rows.floats;
import static io.streamdistill.cli.source.Rows.malformed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON as pandas, jq, services and logs write it. */
final class JsonAsItComesTest {

  private static final ClassMap ANIMALS = new ClassMap(List.of("cat", "dog"));

  private final Path directory;

  JsonAsItComesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void takesTheNumbersOfTheFirstObjectInItsOrder() throws IOException {
    String text =
        """
        {"b":1,"a":true,"in":{"x":null,"y":[3,4]},"label":"dog","id":"k"}
        {"a":0,"b":5,"in":{"y":[6,7],"x":8}}
        """;

    List<Row> rows = rows(text, options(List.of(), "0"), 5);

    assertThat(floats(rows.get(0))).containsExactly(1, 1, 0, 3, 4);
    assertThat(example(rows.get(0)).id()).isEqualTo("k");
    assertThat(example(rows.get(0)).label()).isEqualTo(1);
    assertThat(floats(rows.get(1))).containsExactly(5, 0, 8, 6, 7);
  }

  @Test
  void takesTheFieldsThatAreNamedAndLeavesOthersOut() throws IOException {
    Columns columns = new Columns("key", "kind", List.of("in.y", "a"));

    List<Row> rows =
        rows(
            """
            {"a":1,"in":{"y":2,"x":"text"},"kind":"dog","key":7,"label":"no class"}
            """,
            ReadOptions.defaults().withColumns(columns),
            2);

    assertThat(floats(rows.get(0))).containsExactly(2, 1);
    assertThat(example(rows.get(0)).id()).isEqualTo("7");
    assertThat(example(rows.get(0)).label()).isEqualTo(1);
  }

  @Test
  void refusesAMisspeltFieldAmongNamedOnes() throws IOException {
    List<Row> rows = rows("{\"a\":1,\"b\":2,\"label\":0}\n{\"a\":1,\"b\":2,\"lable\":1}\n", 2);

    assertThat(malformed(rows.get(1)).detail())
        .contains("unknown field 'lable'; known are a, b, label")
        .contains("--columns a,b leaves others out");
  }

  @Test
  void asksWhatATextFieldIs() {
    assertThatThrownBy(() -> rows("{\"a\":1,\"b\":2,\"species\":\"cat\"}\n", 2))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("data.jsonl:1: field species is neither a number nor named")
        .hasMessageContaining("--label-column")
        .hasMessageContaining("--columns a,b");
    assertThatThrownBy(() -> rows("{\"text\":\"a b c\"}\n", 2))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("there are no features");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":{\"0\":1,\"1\":2},\"b\":{\"0\":3,\"1\":4}}",
        "{\"columns\":[\"a\",\"b\"],\"index\":[0],\"data\":[[1,2]]}",
        "{\"schema\":{\"fields\":[]},\"data\":[{\"a\":1,\"b\":2}]}",
      })
  void knowsAWholeTableFromARow(String text) {
    assertThatThrownBy(() -> rows(text, 2))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("data.jsonl:1: the object holds a whole table")
        .hasMessageContaining("orient='records'");
  }

  @Test
  void flattensNestedArraysRowByRow() throws IOException {
    List<Row> rows = rows("{\"features\":[[1,2],[3,4]]}\n", 2, 2);

    assertThat(floats(rows.get(0))).containsExactly(1, 2, 3, 4);
    assertThat(floats(rows("{\"features\":[[1,2],[3,4]]}\n", 4).get(0))).hasSize(4);
    assertThat(floats(rows("{\"features\":[[[1],[2]],[[3],[4]]]}\n", 1, 2, 2).get(0))).hasSize(4);
  }

  @Test
  void refusesTheSameNumbersInAnotherOrderOfAxes() throws IOException {
    List<Row> rows = rows("{\"features\":[[1,2],[3,4],[5,6]]}\n", 2, 3);

    assertThat(malformed(rows.get(0)))
        .returns(Fault.WRONG_FEATURE_LENGTH, Row.Malformed::fault)
        .satisfies(
            row ->
                assertThat(row.detail())
                    .contains("is an array of shape [3, 2], features.shape is [2, 3]"));
  }

  @Test
  void readsAnArrayOfObjects() throws IOException {
    String text =
        """
         [
          {"features": [1, 2]},
          7,
          {"features": [3,
            4], "label": "cow"}
        ]
        """;

    List<Row> rows = rows(text, 2);

    assertThat(rows).hasSize(3);
    assertThat(floats(rows.get(0))).containsExactly(1, 2);
    assertThat(rows.get(1).toString()).contains("data.jsonl:3: the array's element is a number");
    assertThat(rows.get(2).toString()).contains("data.jsonl:4: label is 'cow'");
    assertThat(rows("[]", 2)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"features\":[1,2]},{",
        "[{\"features\":[1,2]} {}]",
        "[{\"features\":[1,2]}] x"
      })
  void saysWhereAnArrayIsBroken(String text) {
    assertThatThrownBy(() -> rows(text, 2))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("data.jsonl:1: the array of objects is no valid JSON here")
        .hasMessageNotContaining("Unexpected")
        .hasMessageNotContaining("Source");
  }

  @Test
  void readsNumbersThatAreWrittenAsText() throws IOException {
    assertThat(floats(rows("{\"features\":[\"1.5\",\"yes\"]}\n", 2).get(0)))
        .containsExactly(1.5f, 1);
  }

  @Test
  void readsLabelsThatPandasWroteAsFloats() throws IOException {
    List<Row> rows =
        rows(
            """
            {"features":[1,2],"label":1.0}
            {"features":[1,2],"label":NaN}
            {"features":[1,2],"label":true}
            """,
            2);

    assertThat(rows).extracting(row -> example(row).label()).containsExactly(1, null, 1);
  }

  @Test
  void readsTheLinesAroundOneThatIsNoText() throws IOException {
    byte[] text =
        "{\"features\":[1,2]}\n{\"id\":\"?\",\"features\":[1,2]}\n{\"features\":[1,2]}\n"
            .getBytes(StandardCharsets.US_ASCII);
    text[new String(text, StandardCharsets.US_ASCII).indexOf('?')] = (byte) 0xE9;
    Path file = Files.write(directory.resolve("data.jsonl"), text);

    List<Row> rows =
        Rows.of(() -> JsonSource.open(file, ReadOptions.defaults(), contract(2), ANIMALS));
    List<Row> latin =
        Rows.of(
            () ->
                JsonSource.open(
                    file,
                    ReadOptions.defaults().withCharset(StandardCharsets.ISO_8859_1),
                    contract(2),
                    ANIMALS));

    assertThat(malformed(rows.get(1)).fault()).isEqualTo(Fault.BAD_ENCODING);
    assertThat(rows.get(1).toString()).contains("data.jsonl:2");
    assertThat(rows).filteredOn(Row.Example.class::isInstance).hasSize(2);
    assertThat(example(latin.get(1)).id()).isEqualTo("\u00E9");
  }

  private List<Row> rows(String text, Integer... shape) throws IOException {
    return rows(text, ReadOptions.defaults(), shape);
  }

  private List<Row> rows(String text, ReadOptions options, Integer... shape) throws IOException {
    Path file = Files.writeString(directory.resolve("data.jsonl"), text);
    return Rows.of(() -> JsonSource.open(file, options, contract(shape), ANIMALS));
  }

  private static FeatureContract contract(Integer... shape) {
    return new FeatureContract(FeatureType.F32, List.of(shape), 1, 0);
  }

  private static ReadOptions options(List<String> features, String missing) {
    return ReadOptions.defaults()
        .withColumns(new Columns(null, null, features))
        .withMissing(Missing.parse(List.of(missing)));
  }
}
