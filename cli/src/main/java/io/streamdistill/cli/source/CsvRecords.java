package io.streamdistill.cli.source;

import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.cli.source.TextLines.Line;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits lines into the cells of records (RFC 4180, with any separator). A record whose quotes are
 * wrong is unfit up to the end of its first line, and the next record begins on the line after it:
 * one bad quote costs one row, not the rest of the file.
 */
final class CsvRecords {

  /** Gives lines, and null after the last. */
  @FunctionalInterface
  interface Lines {
    @Nullable Line next() throws IOException;
  }

  /**
   * A record.
   *
   * @param lines those that it stands on, the first with its number
   * @param unfit why it cannot be used, or null
   */
  record CsvRecord(List<Line> lines, List<String> cells, @Nullable UnfitRow unfit) {
    long line() {
      return lines.get(0).number();
    }
  }

  private static final char QUOTE = '"';
  private static final int MAX_LINES = 10_000;

  /** Of the lines of one record: a quote that never ends must not take all memory. */
  private static final long MAX_CHARS = 1 << 23;

  private final Lines source;
  private final char separator;
  private final Deque<Line> again = new ArrayDeque<>();

  CsvRecords(Lines source, char separator) {
    this.source = source;
    this.separator = separator;
  }

  /** Returns the next record, blank lines passed over, or null after the last. */
  @Nullable CsvRecord next() throws IOException {
    Line line = line();
    while (line != null && line.unfit() == null && isBlank(line.text())) {
      line = line();
    }
    if (line == null) {
      return null;
    }
    if (line.unfit() != null) {
      return new CsvRecord(List.of(line), List.of(), line.unfit());
    }
    return new Parsing(line).record();
  }

  /**
   * Takes a record for one whose first line has a quote too many: what follows it is read again.
   */
  CsvRecord spoiltByQuote(CsvRecord record) {
    return unfit(record.lines(), "a quote opens in this line and does not end in it");
  }

  private CsvRecord unfit(List<Line> lines, String problem) {
    for (int i = lines.size() - 1; i > 0; i--) {
      again.addFirst(lines.get(i));
    }
    return new CsvRecord(
        List.of(lines.get(0)),
        List.of(),
        new UnfitRow(
            Fault.BAD_QUOTE,
            problem + "; close it, or write it twice where it is part of a value (\"\")"));
  }

  private @Nullable Line line() throws IOException {
    return again.isEmpty() ? source.next() : again.removeFirst();
  }

  /** A line of empty cells, without a single separator; tabs may be separators. */
  private boolean isBlank(String text) {
    return text.isBlank() && (separator == ' ' || text.indexOf(separator) < 0);
  }

  /** One record being read. */
  private final class Parsing {

    private final List<Line> lines = new ArrayList<>();
    private final List<String> cells = new ArrayList<>();
    private String text;
    private int position;
    private long length;

    Parsing(Line first) {
      lines.add(first);
      text = first.text();
      length = text.length();
    }

    CsvRecord record() throws IOException {
      if (separator == ' ') {
        passSpaces();
      }
      while (true) {
        int start = position;
        passSpaces();
        if (position < text.length() && text.charAt(position) == QUOTE) {
          position++;
          String problem = quoted();
          if (problem != null) {
            return unfit(lines, problem);
          }
        } else {
          position = start;
          int end = text.indexOf(separator, start);
          position = end < 0 ? text.length() : end;
          cells.add(text.substring(start, position));
        }
        if (separator == ' ') {
          passSpaces();
          if (position == text.length()) {
            return new CsvRecord(lines, cells, null);
          }
        } else if (position == text.length()) {
          return new CsvRecord(lines, cells, null);
        } else {
          position++;
        }
      }
    }

    private void passSpaces() {
      while (position < text.length()
          && (text.charAt(position) == ' '
              || (text.charAt(position) == '\t' && separator != '\t'))) {
        position++;
      }
    }

    /** Reads from behind the opening quote to the separator; returns what is wrong, or null. */
    private @Nullable String quoted() throws IOException {
      StringBuilder cell = new StringBuilder();
      int column = cells.size() + 1;
      while (true) {
        int quote = text.indexOf(QUOTE, position);
        if (quote < 0) {
          cell.append(text, position, text.length());
          if (!nextLine(cell)) {
            return "the quote that opens column %d never ends".formatted(column);
          }
        } else if (quote + 1 < text.length() && text.charAt(quote + 1) == QUOTE) {
          cell.append(text, position, quote + 1);
          position = quote + 2;
        } else {
          cell.append(text, position, quote);
          position = quote + 1;
          break;
        }
      }
      if (separator != ' ') {
        passSpaces();
      }
      if (position < text.length() && text.charAt(position) != separator) {
        return "column %d goes on behind its closing quote, with '%s'"
            .formatted(column, Excerpt.of(text.substring(position)));
      }
      cells.add(cell.toString());
      return null;
    }

    private boolean nextLine(StringBuilder cell) throws IOException {
      Line next = lines.size() < MAX_LINES && length < MAX_CHARS ? line() : null;
      if (next == null) {
        return false;
      }
      length += next.text().length();
      cell.append(lines.get(lines.size() - 1).end());
      lines.add(next);
      text = next.text();
      position = 0;
      return next.unfit() == null;
    }
  }
}
