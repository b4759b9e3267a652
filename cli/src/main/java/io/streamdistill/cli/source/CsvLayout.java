package io.streamdistill.cli.source;

import io.streamdistill.cli.source.CsvRecords.CsvRecord;
import io.streamdistill.cli.source.TextLines.Line;
import io.streamdistill.core.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a CSV file is laid out, from the options and its first lines.
 *
 * @param skippedLines lines before the first record, which say something else
 * @param separator between cells
 * @param header names of the columns; null when the file does not name them
 * @param sample the first records of data
 */
record CsvLayout(
    int skippedLines, char separator, @Nullable List<String> header, List<List<String>> sample) {

  /** Lines that the layout is taken from. */
  static final int SAMPLE_LINES = 100;

  /** Excel's own way to say what separates cells, in a line before the header. */
  private static final Pattern SEPARATOR_LINE = Pattern.compile("(?i)\"?sep=(.)\"?");

  /** Of two that split a file equally well, the earlier one: text holds commas and spaces. */
  private static final List<Character> SEPARATORS = List.of('\t', ';', '|', ',', ' ');

  private static final Map<Character, String> NAMES =
      Map.of('\t', "tab", ';', "semicolon", '|', "bar", ',', "comma", ' ', "space");

  /** Finds out how {@code lines}, the first of {@code file}, are laid out. */
  static CsvLayout of(Path file, List<Line> lines, ReadOptions options) throws IOException {
    int skipped = 0;
    Character separator = options.separator();
    if (!lines.isEmpty()) {
      Matcher said = SEPARATOR_LINE.matcher(lines.get(0).text().strip());
      if (said.matches()) {
        skipped = 1;
        separator = separator == null ? said.group(1).charAt(0) : separator;
      }
    }
    List<Line> rest = lines.subList(skipped, lines.size());
    char found = separator == null ? likeliest(rest) : separator;
    List<List<String>> records = records(rest, found);
    if (records.isEmpty()) {
      throw new ConfigException(
          rest.stream().anyMatch(line -> line.unfit() != null)
              ? "%s: no row of its first %d lines can be read: line %d: %s"
                  .formatted(file, rest.size(), rest.get(0).number(), firstProblem(rest, found))
              : file + ": is empty; give a file with examples, one a row");
    }
    boolean named =
        switch (options.header()) {
          case YES -> true;
          case NO -> false;
          case AUTO -> namesColumns(file, records.get(0), options.columns());
        };
    return new CsvLayout(
        skipped,
        found,
        named ? records.get(0).stream().map(String::strip).toList() : null,
        List.copyOf(records.subList(named ? 1 : 0, records.size())));
  }

  private static String firstProblem(List<Line> lines, char separator) throws IOException {
    CsvRecord first = new CsvRecords(supplier(lines), separator).next();
    return first == null || first.unfit() == null
        ? "it is empty"
        : String.valueOf(first.unfit().getMessage());
  }

  /** The name of the separator, for a message. */
  String separatorName() {
    return NAMES.getOrDefault(separator, "'" + separator + "'");
  }

  /** Names of the columns: those of the header, else their numbers from 1. */
  List<String> names() {
    return header != null
        ? header
        : IntStream.rangeClosed(1, sample.isEmpty() ? 0 : sample.get(0).size())
            .mapToObj(Integer::toString)
            .toList();
  }

  /**
   * The separator by which most records have as many cells as the first one, two at least; among
   * equals the one that leaves most numbers.
   */
  private static char likeliest(List<Line> lines) throws IOException {
    char best = ',';
    double bestScore = 0;
    for (char candidate : SEPARATORS) {
      List<List<String>> records = records(lines, candidate);
      if (records.isEmpty() || records.get(0).size() < 2) {
        continue;
      }
      int cells = records.get(0).size();
      long even = records.stream().filter(cell -> cell.size() == cells).count();
      long numbers =
          records.stream().flatMap(List::stream).filter(NumberText::looksLikeNumber).count();
      double all = records.stream().mapToInt(List::size).sum();
      double score = (double) even / records.size() + numbers / all;
      if (candidate == ' ') {
        score -= 1; // words of a text: only where nothing else is left
      }
      if (score > bestScore) {
        best = candidate;
        bestScore = score;
      }
    }
    return best;
  }

  private static List<List<String>> records(List<Line> lines, char separator) throws IOException {
    CsvRecords records = new CsvRecords(supplier(lines), separator);
    List<List<String>> cells = new ArrayList<>();
    for (CsvRecord record = records.next(); record != null; record = records.next()) {
      if (record.unfit() == null) {
        cells.add(record.cells());
      }
    }
    return cells;
  }

  private static CsvRecords.Lines supplier(List<Line> lines) {
    Iterator<Line> iterator = lines.iterator();
    return () -> iterator.hasNext() ? iterator.next() : null;
  }

  /** Whether a first record is the header: it holds a name that was asked for, or no number. */
  private static boolean namesColumns(Path file, List<String> cells, Columns columns) {
    List<String> names = cells.stream().map(String::strip).toList();
    boolean asked =
        Stream.concat(Stream.of(columns.id(), columns.label()), columns.features().stream())
            .filter(Objects::nonNull)
            .anyMatch(name -> names.contains(name) && !name.matches("-?\\d+"));
    List<String> numbers =
        names.stream().filter(name -> NumberText.PLAIN.parse(name).isPresent()).toList();
    if (asked || names.stream().noneMatch(NumberText::looksLikeNumber)) {
      return true;
    }
    List<String> counted = IntStream.range(0, numbers.size()).mapToObj(Integer::toString).toList();
    if (numbers.size() > 1 && numbers.equals(counted)) { // as pandas names columns without names
      throw new ConfigException(
          "%s:1: the first line, %s, may be names of columns or data; say --header yes or --header no"
              .formatted(file, Excerpt.of(names)));
    }
    return false;
  }
}
