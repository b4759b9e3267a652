package io.streamdistill.cli.source;

import static io.streamdistill.config.Require.require;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How CSV and JSON lines are read.
 *
 * @param columns which columns mean what; default: every column that is neither id nor label is a
 *     feature
 * @param skipLines lines of a CSV file that are passed over before anything is read; default 0
 * @param separator between the cells of a CSV file; null, the default, finds out
 * @param header whether the first row of a CSV file names the columns; default: finds out
 * @param numbers how numbers are written; default with a decimal point, thousands not grouped
 * @param missing what is done about features that are not there; default: their rows are unfit
 * @param categories columns of categories, by name; default none
 * @param charset default UTF-8
 */
record ReadOptions(
    Columns columns,
    int skipLines,
    @Nullable Character separator,
    Header header,
    NumberText numbers,
    Missing missing,
    Map<String, Categories> categories,
    Charset charset) {

  /** Whether the first row of a CSV file names the columns. */
  enum Header {
    /** It does if it holds no number. */
    AUTO,
    /** It does. */
    YES,
    /** It does not: columns are named by their number, from 1. */
    NO
  }

  ReadOptions {
    categories = Map.copyOf(categories);
    require(
        skipLines >= 0 && skipLines < CsvLayout.SAMPLE_LINES,
        "--skip-lines must be in [0, %s], got %s",
        CsvLayout.SAMPLE_LINES - 1,
        skipLines);
    require(
        numbers.thousands() == null || numbers.thousands() != numbers.decimal(),
        "--decimal and --thousands are both '%s'; they must differ",
        numbers.decimal());
    require(
        separator == null || numbers.decimal() == '.' || separator != numbers.decimal(),
        "--separator and --decimal are both '%s'; they must differ",
        numbers.decimal());
  }

  static ReadOptions defaults() {
    return new ReadOptions(
        Columns.ALL,
        0,
        null,
        Header.AUTO,
        NumberText.PLAIN,
        Missing.UNFIT,
        Map.of(),
        StandardCharsets.UTF_8);
  }

  ReadOptions withColumns(Columns newColumns) {
    return new ReadOptions(
        newColumns, skipLines, separator, header, numbers, missing, categories, charset);
  }

  ReadOptions withSkipLines(int lines) {
    return new ReadOptions(
        columns, lines, separator, header, numbers, missing, categories, charset);
  }

  ReadOptions withHeader(Header newHeader) {
    return new ReadOptions(
        columns, skipLines, separator, newHeader, numbers, missing, categories, charset);
  }

  ReadOptions withSeparator(char newSeparator) {
    return new ReadOptions(
        columns, skipLines, newSeparator, header, numbers, missing, categories, charset);
  }

  ReadOptions withNumbers(NumberText newNumbers) {
    return new ReadOptions(
        columns, skipLines, separator, header, newNumbers, missing, categories, charset);
  }

  ReadOptions withMissing(Missing newMissing) {
    return new ReadOptions(
        columns, skipLines, separator, header, numbers, newMissing, categories, charset);
  }

  ReadOptions withCategories(Map<String, Categories> newCategories) {
    return new ReadOptions(
        columns, skipLines, separator, header, numbers, missing, newCategories, charset);
  }

  ReadOptions withCharset(Charset newCharset) {
    return new ReadOptions(
        columns, skipLines, separator, header, numbers, missing, categories, newCharset);
  }

  /**
   * Characters of a row at most: enough for every feature to be written out in full, and for an id
   * of some megabytes; a row without an end must not take all memory.
   */
  static int maxRowLength(int features) {
    return (int) Math.min(1 << 28, (16L << 20) + 64L * features);
  }
}
