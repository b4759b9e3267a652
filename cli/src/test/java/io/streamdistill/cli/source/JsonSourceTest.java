package io.streamdistill.cli.source;

import static io.streamdistill.cli.source.Rows.example;
import static io.streamdistill.cli.source.Rows.features;
import static io.streamdistill.cli.source.Rows.malformed;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonSourceTest {

  private static final ClassMap ANIMALS = new ClassMap(List.of("cat", "dog"));

  private final Path directory;

  JsonSourceTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void readsEveryField() throws IOException {
    List<Row> rows =
        rows(
            """
            {"id":"x","features":[1,255],"label":"dog","weight":0.5,"eventTime":"2026-01-31T12:00:00+01:00"}

            {"id":7,"features":[0,0.0],"label":1,"eventTime":1000}
            {"features":[3,4],"label":null}
            """);

    Row.Example full = example(rows.get(0));
    assertThat(full.id()).isEqualTo("x");
    assertThat(features(full)).containsExactly(1, -1);
    assertThat(full.label()).isEqualTo(1);
    assertThat(full.weight()).isEqualTo(0.5f);
    assertThat(full.eventTime()).isEqualTo(Instant.parse("2026-01-31T11:00:00Z"));
    assertThat(example(rows.get(1)).id()).isEqualTo("7");
    assertThat(example(rows.get(1)).label()).isEqualTo(1);
    assertThat(example(rows.get(1)).eventTime()).isEqualTo(Instant.ofEpochSecond(1));
    assertThat(example(rows.get(2)))
        .returns(null, Row.Example::id)
        .returns(null, Row.Example::label)
        .returns(1f, Row.Example::weight)
        .returns(2L, Row.Example::index);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"features":[1,2]             | BAD_JSON | is no valid JSON: the line ends within
          {"features":[1,2]} x          | BAD_JSON | is no valid JSON at column 20
          {"features":[1,2],'id':1}     | BAD_JSON | is no valid JSON at column 19
          {"id":"a","id":"b","features":[1,2]} | BAD_JSON | has the field 'id' twice
          [1,2]                         | BAD_JSON | is an array, not a JSON object
          {"features":[1,2],"lable":1}  | BAD_JSON | unknown field 'lable'; known are id, features
          {"features":[1,2],"id":" "}   | BLANK_ID | id is blank
          {"features":[1,2],"id":{}}    | BAD_ID | id must be a text
          {"id":"a"}                    | WRONG_FEATURE_LENGTH | array of 2 numbers, as features.shape says; got none
          {"features":[1]}              | WRONG_FEATURE_LENGTH | got 1
          {"features":[1,256]}          | BAD_FEATURE | features[1] is 256, not an integer in [0, 255]
          {"features":[1,"two"]}        | BAD_FEATURE | features[1] is 'two', not a number
          {"features":[1,{}]}           | BAD_FEATURE | features[1] is {}, not a number
          {"features":[1,null]}         | MISSING_VALUE | features[1] is missing (null); say what stands in for it (--missing 0
          {"features":[1,NaN]}          | MISSING_VALUE | features[1] is missing (NaN)
          {"features":[1,Infinity]}     | BAD_FEATURE | features[1] is Infinity, not an integer
          {"features":[1,2],"eventTime":"+999999999-01-01T00:00:00Z"} | BAD_EVENT_TIME | ISO 8601
          {"features":[1,2],"label":"cow"} | UNKNOWN_LABEL | label is 'cow', neither
          {"features":[1,2],"label":[0]}   | UNKNOWN_LABEL | label is '[0]', neither
          {"features":[1,2],"weight":-1}   | BAD_WEIGHT | weight must be a number >= 0, got -1
          {"features":[1,2],"weight":1e99} | BAD_WEIGHT | got 1
          {"features":[1,2],"weight":"1"}  | BAD_WEIGHT | got "1"
          {"features":[1,2],"eventTime":1767225600000000} | BAD_EVENT_TIME | not micro- or nanoseconds
          {"features":[1,2],"eventTime":-9223372036854775808} | BAD_EVENT_TIME | beyond the years
          {"features":[1,2],"eventTime":99999999999999999999999} | BAD_EVENT_TIME | beyond the years
          {"features":[1,2],"eventTime":1.5} | BAD_EVENT_TIME | ISO 8601
          {"features":[1,2],"id":"\\ud800"} | BAD_ID | half a character
          {"features":[1,2],"eventTime":"yesterday"} | BAD_EVENT_TIME | ISO 8601
          """)
  void namesFileLineAndFieldOfAnUnfitLine(String line, Fault fault, String message)
      throws IOException {
    List<Row> rows = rows("{\"features\":[1,2]}\n\n" + line + "\n{\"features\":[1,2]}\n");

    assertThat(malformed(rows.get(1)).fault()).isEqualTo(fault);
    assertThat(rows.get(1).toString()).contains("data.jsonl:3: ").contains(message);
    assertThat(example(rows.get(2)).index()).isEqualTo(2);
  }

  private List<Row> rows(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("data.jsonl"), text);
    return Rows.of(
        () -> JsonSource.open(file, ReadOptions.defaults(), FeatureContract.u8(2), ANIMALS));
  }
}
