package io.streamdistill.cli.deadletters;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of cells in columns that are as wide as they need to be. */
final class TextTable {

  private final List<List<String>> rows = new ArrayList<>();

  TextTable(String... header) {
    rows.add(List.of(header));
  }

  void add(String... cells) {
    rows.add(List.of(cells));
  }

  List<String> lines() {
    int[] widths =
        IntStream.range(0, rows.get(0).size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        line.append(String.format("%-" + (widths[column] + 2) + "s", row.get(column)));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** A text of strangers for a terminal: one line, no control characters, at most so long. */
  static String printable(String text, int chars) {
    String shown = text.length() <= chars ? text : text.substring(0, chars) + "...";
    return shown.isEmpty() ? "-" : shown.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
  }
}
