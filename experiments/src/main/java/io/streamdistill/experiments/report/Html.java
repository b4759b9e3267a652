package io.streamdistill.experiments.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Text, numbers and tables in a page. */
final class Html {

  private static final MathContext FOUR_DIGITS = new MathContext(4);

  private Html() {}

  /** With the characters escaped that mean something in HTML. */
  static String text(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&quot;");
  }

  /** Four digits at most, and no zeros that say nothing. */
  static String number(double value) {
    BigDecimal rounded = new BigDecimal(value).round(FOUR_DIGITS).stripTrailingZeros();
    return String.format(Locale.ROOT, "%,." + Math.max(0, rounded.scale()) + "f", rounded);
  }

  /** A table of text. */
  static String table(List<String> header, List<List<String>> rows) {
    return "<table><thead>"
        + row("th", header)
        + "</thead><tbody>"
        + rows.stream().map(cells -> row("td", cells)).collect(Collectors.joining())
        + "</tbody></table>\n";
  }

  private static String row(String tag, List<String> cells) {
    return cells.stream()
        .map(cell -> "<" + tag + ">" + text(cell) + "</" + tag + ">")
        .collect(Collectors.joining("", "<tr>", "</tr>\n"));
  }
}
