package io.streamdistill.cli.source;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How numbers are written in a file.
 *
 * @param decimal the decimal mark, point or comma; default point
 * @param thousands what groups thousands; null, the default, if nothing. A space is any space
 */
record NumberText(char decimal, @Nullable Character thousands) {

  static final NumberText PLAIN = new NumberText('.', null);

  /** What stands for a value that is not there; of any case. */
  private static final Set<String> MISSING =
      Set.of("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-");

  private static final Pattern SPACES = Pattern.compile("[ \\u00A0\\u2009\\u202F]");
  private static final Pattern COMMA_GROUPS = Pattern.compile("[+-]?\\d{1,3}(,\\d{3})+(\\.\\d+)?");
  private static final Pattern POINT_GROUPS = Pattern.compile("[+-]?\\d{1,3}(\\.\\d{3})+(,\\d+)?");
  private static final Pattern OTHER_GROUPS =
      Pattern.compile("[+-]?\\d{1,3}([ \\u00A0\\u2009\\u202F'’]\\d{3})+([.,]\\d+)?");
  private static final Pattern COMMA_DECIMAL = Pattern.compile("[+-]?\\d*,\\d+([eE][+-]?\\d+)?");

  private static final Pattern SPARSE = Pattern.compile("\\d+:[+-]?\\d[\\d.eE+-]*");
  private static final Pattern WITH_UNIT =
      Pattern.compile(
          "[$\u20AC\u00A3\u00A5<>~]\\s*[+-]?\\d[\\d.,]*|[+-]?\\d[\\d.,]*\\s*[%$\u20AC\u00A3\u00A5\u00B0][CF]?");

  /** Whether the text says that there is no value. */
  static boolean isMissing(String text) {
    String stripped = text.strip();
    return stripped.length() <= 4 && MISSING.contains(stripped.toLowerCase(Locale.ROOT));
  }

  /** True or false as 1 or 0. */
  static OptionalDouble bool(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true", "yes" -> OptionalDouble.of(1);
      case "false", "no" -> OptionalDouble.of(0);
      default -> OptionalDouble.empty();
    };
  }

  /** Whether it may be a number in some country. */
  static boolean looksLikeNumber(String text) {
    return PLAIN.parse(text).isPresent() || !hint(text).isEmpty();
  }

  /** The number that the text is, if it is one; that may be infinite, but never NaN. */
  OptionalDouble parse(String text) {
    String number = text.strip();
    if (thousands != null) {
      number = ungrouped(number, thousands);
    }
    if (decimal != '.') {
      number = number.indexOf('.') >= 0 ? "" : number.replace(decimal, '.');
    }
    if (!isDecimal(number)) {
      return switch (number.toLowerCase(Locale.ROOT)) {
        case "inf", "+inf", "infinity", "+infinity" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
        case "-inf", "-infinity" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
        default -> OptionalDouble.empty();
      };
    }
    try {
      return OptionalDouble.of(Double.parseDouble(number));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  /** Without its groups, where they are of three digits; else as it is, which is no number. */
  private String ungrouped(String number, char mark) {
    String group = mark == ' ' ? SPACES.pattern() : Pattern.quote(String.valueOf(mark));
    String tail = Pattern.quote(String.valueOf(decimal)) + "\\d*";
    return number.matches("[+-]?\\d{1,3}(" + group + "\\d{3})+(" + tail + ")?")
        ? number.replaceAll(group, "")
        : number;
  }

  /** Only what a decimal number has: Java would also take 1f, 0x1p3 and the like for numbers. */
  private static boolean isDecimal(String number) {
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      if (!(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return false;
      }
    }
    return !number.isEmpty();
  }

  /** How the text could be read, or written so that it can be; empty if it is not about numbers. */
  static String advice(String text) {
    String number = text.strip();
    if (SPARSE.matcher(number).matches()) {
      return "this is LibSVM's sparse form, which is not read; write every value, separated by commas";
    }
    if (WITH_UNIT.matcher(number).matches()) {
      return "write the number alone, without a unit or sign";
    }
    return hint(text);
  }

  /** The option by which the text would be a number; empty if there is none. */
  static String hint(String text) {
    String number = text.strip();
    if (COMMA_GROUPS.matcher(number).matches()) {
      String groups = "say --thousands , if the comma groups thousands";
      return COMMA_DECIMAL.matcher(number).matches()
          ? groups + ", or --decimal , if it is the decimal mark"
          : groups;
    }
    if (COMMA_DECIMAL.matcher(number).matches()) {
      return "say --decimal , if the comma is the decimal mark";
    }
    if (POINT_GROUPS.matcher(number).matches()) {
      return "say --decimal , --thousands . if that is how numbers are written";
    }
    if (OTHER_GROUPS.matcher(number).matches()) {
      boolean apostrophe = number.indexOf('\'') >= 0;
      return "say --thousands %s if that is what groups thousands%s"
          .formatted(
              apostrophe ? "\"'\"" : number.indexOf('’') >= 0 ? "’" : "' '",
              number.indexOf(',') >= 0 ? ", and --decimal , for the decimal mark" : "");
    }
    return "";
  }
}
