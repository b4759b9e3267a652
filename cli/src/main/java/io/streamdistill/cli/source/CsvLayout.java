package io.streamdistill.cli.source;

import io.streamdistill.cli.source.CsvRecords.CsvRecord;
import io.streamdistill.cli.source.ReadOptions.Header;
import io.streamdistill.cli.source.TextLines.Line;
import io.streamdistill.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a CSV file is laid out, from the options and its first lines.
 *
 * @param skippedLines lines before the first record, which say something else
 * @param separator between cells
 * @param firstLine number of the line that the first record stands on
 * @param header names of the columns; null when the file does not name them
 * @param sample the first records of data
 * @param remark what else is odd about the first line, for a message; may be empty
 */
record CsvLayout(
    int skippedLines,
    char separator,
    long firstLine,
    @Nullable List<String> header,
    List<List<String>> sample,
    String remark) {

  /** Lines that the layout is taken from. */
  static final int SAMPLE_LINES = 100;

  /** Characters after which no more lines are taken: rows of an image each are long. */
  static final long SAMPLE_CHARS = 1 << 21;

  /** Excel's own way to say what separates cells, in a line before the header. */
  private static final Pattern SEPARATOR_LINE = Pattern.compile("(?i)\"?sep=(.)\"?");

  /** Finds out how {@code lines}, the first of {@code file}, are laid out. */
  static CsvLayout of(Path file, List<Line> lines, ReadOptions options) throws IOException {
    int skipped = Math.min(options.skipLines(), lines.size());
    Character separator = options.separator();
    if (skipped < lines.size()) {
      Matcher said = SEPARATOR_LINE.matcher(lines.get(skipped).text().strip());
      if (said.matches()) {
        skipped++;
        separator = separator == null ? said.group(1).charAt(0) : separator;
      }
    }
    List<Line> rest = lines.subList(skipped, lines.size());
    char found = separator == null ? Separators.likeliest(rest) : separator;
    List<CsvRecord> records = Separators.records(rest, found);
    requireReadable(file, records, options.header());
    List<List<String>> fit =
        records.stream()
            .filter(record -> record.unfit() == null)
            .map(CsvRecord::cells)
            .collect(Collectors.toCollection(ArrayList::new));
    boolean named =
        switch (options.header()) {
          case YES -> true;
          case NO -> false;
          case AUTO -> namesColumns(file, fit.get(0), options.columns());
        };
    List<String> header = null;
    if (named) {
      header = header(fit.remove(0), Separators.usualSize(records));
    }
    return new CsvLayout(
        skipped, found, records.get(0).line(), header, List.copyOf(fit), remark(records));
  }

  private static void requireReadable(Path file, List<CsvRecord> records, Header header)
      throws IOException {
    if (records.isEmpty()) {
      throw new IOException(file + ": is empty; give a file with examples, one a row");
    }
    CsvRecord first = records.get(0);
    if (first.lines().get(0).text().matches("\\s*(\\{|\\[\\s*\\{).*")) {
      throw new ConfigException(file + ": looks like JSON; pass it with --jsonl instead of --csv");
    }
    boolean allUnfit = records.stream().allMatch(record -> record.unfit() != null);
    if (first.unfit() != null && (header != Header.NO || allUnfit)) {
      throw new ConfigException(
          "%s:%d: %s".formatted(file, first.line(), first.unfit().getMessage()));
    }
  }

  /** A header one name shorter than the rows is R's: its first column holds names of rows. */
  private static List<String> header(List<String> cells, int usualSize) {
    Stream<String> names = cells.stream().map(String::strip);
    if (isComment(cells)) { // as numpy.savetxt writes a header
      names = names.map(name -> name.replaceFirst("^#\\s*", ""));
    } else if (cells.size() > 1 && cells.size() + 1 == usualSize) {
      names = Stream.concat(Stream.of(""), names);
    }
    return names.toList();
  }

  private static boolean isComment(List<String> cells) {
    return !cells.isEmpty() && cells.get(0).strip().startsWith("#");
  }

  private static String remark(List<CsvRecord> records) {
    int usual = Separators.usualSize(records);
    CsvRecord first = records.get(0);
    long blank = first.cells().stream().filter(String::isBlank).count();
    boolean complete =
        first.cells().size() >= usual
            || (first.cells().size() + 1 == usual && !isComment(first.cells()));
    if (usual < 2 || (complete && blank < 2)) {
      return "";
    }
    long line =
        records.stream()
            .filter(record -> record.cells().size() == usual)
            .filter(record -> record.cells().stream().filter(String::isBlank).count() < 2)
            .mapToLong(CsvRecord::line)
            .findFirst()
            .orElse(0);
    return line < 2
        ? ""
        : "; most lines have %d columns, and the first that names or fills them is line %d: --skip-lines %d passes over what stands before it"
            .formatted(usual, line, line - 1);
  }

  /** The name of the separator, for a message. */
  String separatorName() {
    return Separators.name(separator);
  }

  /** Names of the columns: those of the header, else their numbers from 1. */
  List<String> names() {
    return header != null
        ? header
        : IntStream.rangeClosed(1, sample.isEmpty() ? 0 : sample.get(0).size())
            .mapToObj(Integer::toString)
            .toList();
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
          "%s: the first line, %s, may be names of columns or data; say --header yes or --header no"
              .formatted(file, Excerpt.of(names)));
    }
    return false;
  }
}
