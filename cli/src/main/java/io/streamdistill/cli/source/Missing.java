package io.streamdistill.cli.source;

import io.streamdistill.config.ConfigException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is done about features that are not there. By default a row without one is unfit.
 *
 * @param skip whether such rows are left out
 * @param everywhere stands in for them in every column; null for nothing
 * @param byColumn stands in for them in a column
 */
record Missing(boolean skip, @Nullable Double everywhere, Map<String, Double> byColumn) {

  static final Missing UNFIT = new Missing(false, null, Map.of());

  Missing {
    byColumn = Map.copyOf(byColumn);
  }

  /**
   * Reads the option {@code --missing}.
   *
   * @param parts each {@code skip}, a number, or {@code COLUMN=NUMBER}
   */
  static Missing parse(List<String> parts) {
    boolean skip = false;
    Double everywhere = null;
    Map<String, Double> byColumn = new HashMap<>();
    for (String part : parts) {
      int equals = part.lastIndexOf('=');
      if (part.equals("skip")) {
        skip = true;
      } else if (equals < 0) {
        everywhere = number(part);
      } else {
        byColumn.put(part.substring(0, equals), number(part.substring(equals + 1)));
      }
    }
    return new Missing(skip, everywhere, byColumn);
  }

  private static double number(String text) {
    return NumberText.PLAIN
        .parse(text)
        .orElseThrow(
            () ->
                new ConfigException(
                    "--missing takes skip, a number, or COLUMN=NUMBER, got '%s'; e.g. --missing 0"
                        .formatted(text)));
  }

  /** What stands in for a value of {@code column}; null if nothing does. */
  @Nullable Double in(String column) {
    return byColumn.getOrDefault(column, everywhere);
  }
}
