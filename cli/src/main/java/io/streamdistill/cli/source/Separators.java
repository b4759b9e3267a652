package io.streamdistill.cli.source;

import io.streamdistill.cli.source.CsvRecords.CsvRecord;
import io.streamdistill.cli.source.TextLines.Line;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds out what separates the columns of a file. */
final class Separators {

  /** Of two that split a file equally well, the earlier one: text holds commas. */
  private static final List<Character> CANDIDATES = List.of('\t', ';', '|', ',');

  private static final Map<Character, String> NAMES =
      Map.of('\t', "tab", ';', "semicolon", '|', "bar", ',', "comma", ' ', "space");

  private Separators() {}

  /** The name of a separator, for a message. */
  static String name(char separator) {
    return NAMES.getOrDefault(separator, "'" + separator + "'");
  }

  /** The likeliest separator: a space only where nothing else makes columns. */
  static char likeliest(List<Line> lines) throws IOException {
    char best = ',';
    double bestScore = 0;
    for (char candidate : CANDIDATES) {
      double score = score(records(lines, candidate));
      if (score > bestScore) {
        best = candidate;
        bestScore = score;
      }
    }
    return bestScore == 0 && score(records(lines, ' ')) > 0 ? ' ' : best;
  }

  /**
   * Share of records with as many cells as most have, plus share of cells that are numbers; 0 if
   * most have one cell.
   */
  private static double score(List<CsvRecord> records) {
    int cells = usualSize(records);
    if (cells < 2) {
      return 0;
    }
    long even = records.stream().filter(record -> record.cells().size() == cells).count();
    List<String> all = cells(records).toList();
    long numbers = all.stream().filter(NumberText::looksLikeNumber).count();
    return (double) even / records.size() + (double) numbers / all.size();
  }

  private static Stream<String> cells(List<CsvRecord> records) {
    return records.stream().flatMap(record -> record.cells().stream());
  }

  /** Cells that most fit records have; 0 if there is none. */
  static int usualSize(List<CsvRecord> records) {
    return records.stream()
        .filter(record -> record.unfit() == null)
        .map(record -> record.cells().size())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.<Integer, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElse(0);
  }

  /** The records that stand on {@code lines}. */
  static List<CsvRecord> records(List<Line> lines, char separator) throws IOException {
    Iterator<Line> iterator = lines.iterator();
    CsvRecords records =
        new CsvRecords(() -> iterator.hasNext() ? iterator.next() : null, separator);
    Stream.Builder<CsvRecord> all = Stream.builder();
    for (CsvRecord record = records.next(); record != null; record = records.next()) {
      all.add(record);
    }
    return all.build().toList();
  }
}
