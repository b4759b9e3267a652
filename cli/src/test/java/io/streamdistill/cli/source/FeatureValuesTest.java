package io.streamdistill.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.cli.source.FeatureValues.Place;
import io.streamdistill.config.ConfigException;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FeatureValuesTest {

  private static final Place C = new Place("column 'c'", "c");
  private static final ReadOptions DEFAULTS = ReadOptions.defaults();

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "-2.5e1, -25",
    "+3, 3",
    ".5, 0.5",
    "'  7 ', 7",
    "true, 1",
    "FALSE, 0",
    "Yes, 1",
    "no, 0"
  })
  void readsNumbersAndBooleans(String text, float expected) throws UnfitRow {
    assertThat(read(DEFAULTS, text)).containsExactly(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          , | . | 1.234,5     | 1234.5
          , | . | 1234,5      | 1234.5
          . | , | 1,234,567.5 | 1234567.5
          . | ' | 1'000       | 1000
          . | ` ` | 1 234      | 1234
          """)
  void readsNumbersOfOtherCountries(char decimal, char thousands, String text, float expected)
      throws UnfitRow {
    ReadOptions options = DEFAULTS.withNumbers(new NumberText(decimal, thousands));

    assertThat(read(options, text)).containsExactly(expected);
    assertThat(read(options, text.replace(' ', '\u00A0'))).containsExactly(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1,000     | --thousands , if the comma groups thousands, or --decimal ,
          1,000.5   | --thousands , if the comma groups thousands
          1,5       | --decimal , if the comma is the decimal mark
          1.234,5   | --decimal , --thousands .
          1 234     | --thousands ' '
          12.5%     | write the number alone, without a unit or sign
          $1,000    | write the number alone
          3:1.5     | LibSVM's sparse form
          """)
  void saysByWhichOptionItWouldBeANumber(String text, String hint) {
    assertThatThrownBy(() -> read(DEFAULTS, text))
        .hasMessageContaining("column 'c' is '" + text + "', not a number")
        .hasMessageContaining(hint);
  }

  @Test
  void doesNotTakeGroupsOfTwoDigitsForThousands() {
    ReadOptions options = DEFAULTS.withNumbers(new NumberText('.', ','));

    assertThatThrownBy(() -> read(options, "1,5")).hasMessageContaining("not a number");
    assertThatThrownBy(() -> read(options, "1,23,456")).hasMessageContaining("not a number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "NA", "NaN", "nan", "null", "None", "N/A", "#N/A", "?", "-"})
  void knowsWhatIsMissing(String text) throws UnfitRow {
    assertThatThrownBy(() -> read(DEFAULTS, text))
        .isInstanceOf(UnfitRow.class)
        .hasMessageContaining("column 'c' is missing ('" + text + "')")
        .hasMessageContaining("--missing 0, or --missing c=0 for this column")
        .hasMessageContaining("--missing skip");
    assertThat(read(DEFAULTS.withMissing(Missing.parse(List.of("-1"))), text)).containsExactly(-1);
    assertThat(read(DEFAULTS.withMissing(Missing.parse(List.of("9", "c=2.5"))), text))
        .containsExactly(2.5f);
    assertThatThrownBy(() -> read(DEFAULTS.withMissing(Missing.parse(List.of("d=1"))), text))
        .hasMessageContaining("is missing");
  }

  @Test
  void leavesRowsOutOnlyWhereThatIsAskedFor() {
    UnfitRow asked = unfit(DEFAULTS.withMissing(Missing.parse(List.of("skip"))), "NA");
    UnfitRow unasked = unfit(DEFAULTS, "NA");

    assertThat(asked.at(0, "").asked()).isTrue();
    assertThat(unasked.at(0, "").asked()).isFalse();
    assertThatThrownBy(() -> Missing.parse(List.of("mean")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--missing takes skip, a number, or COLUMN=NUMBER, got 'mean'");
  }

  @Test
  void turnsCategoriesIntoPlacesOrOneFeatureEach() throws UnfitRow {
    List<String> colours = List.of("red", "green", "blue");
    ReadOptions oneHot = DEFAULTS.withCategories(Map.of("c", new Categories(colours, true)));
    ReadOptions ordinal = DEFAULTS.withCategories(Map.of("c", new Categories(colours, false)));

    assertThat(read(oneHot, "green")).containsExactly(0, 1, 0);
    assertThat(read(ordinal, "blue")).containsExactly(2);
    assertThat(read(oneHot.withMissing(Missing.parse(List.of("0"))), "NA"))
        .as("missing is none of them")
        .containsExactly(0, 0, 0);
    assertThatThrownBy(() -> read(oneHot, "mauve"))
        .hasMessageContaining("'mauve', none of the categories of --one-hot: red, green, blue");
  }

  @Test
  void showsTheOptionForATextWithTheValuesSeen() {
    assertThatThrownBy(() -> read(DEFAULTS, "red"))
        .hasMessageContaining("column 'c' is 'red', not a number")
        .hasMessageContaining("--one-hot 'c=blue,green,red,...'")
        .hasMessageContaining("--ordinal");
  }

  @Test
  void doesNotTakeASlipAmongNumbersForACategory() {
    assertThatThrownBy(() -> read(DEFAULTS, "l0", Set.of("10", "11")))
        .hasMessage("column 'c' is 'l0', not a number");
  }

  private static UnfitRow unfit(ReadOptions options, String text) {
    try {
      read(options, text);
    } catch (UnfitRow e) {
      return e;
    }
    throw new AssertionError("fit: " + text);
  }

  private static float[] read(ReadOptions options, String text) throws UnfitRow {
    return read(options, text, Set.of("blue", "green"));
  }

  private static float[] read(ReadOptions options, String text, Set<String> seen) throws UnfitRow {
    FeatureContract three = new FeatureContract(FeatureType.F32, List.of(3), 1, 0);
    FeatureValues values = new FeatureValues(new FeatureEncoder(three), options);
    ByteBuffer features = values.allocate();
    values.put(features, C, text, seen);
    float[] read = new float[features.position() / Float.BYTES];
    features.flip().asFloatBuffer().get(read);
    assertThat(read).hasSize(values.width("c"));
    return read;
  }
}
