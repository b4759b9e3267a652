package io.streamdistill.config;

import static io.streamdistill.config.Require.require;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes.
 *
 * @param bytes at least 0
 */
public record ByteSize(long bytes) {

  private static final Pattern FORM = Pattern.compile("(\\d+) ?(B|kB|KB|KiB|MB|MiB|GB|GiB)?");
  private static final Map<String, Long> UNITS =
      Map.of(
          "B",
          1L,
          "kB",
          1_000L,
          "KB",
          1_000L,
          "MB",
          1_000_000L,
          "GB",
          1_000_000_000L,
          "KiB",
          1L << 10,
          "MiB",
          1L << 20,
          "GiB",
          1L << 30);

  /** Validates. */
  public ByteSize {
    require(bytes >= 0, "a size in bytes must be >= 0, got %s", bytes);
  }

  /**
   * Reads {@code 1048576}, {@code 64KiB}, {@code 1MiB}, {@code 2GB}.
   *
   * @throws ConfigException when the text is no size
   */
  public static ByteSize parse(String text) {
    Matcher matcher = FORM.matcher(text);
    require(matcher.matches(), "'%s' is no size; write it like 64KiB, 1MiB or 1048576", text);
    String unit = matcher.group(2);
    try {
      long number = Long.parseLong(matcher.group(1));
      long factor = unit == null ? 1 : UNITS.getOrDefault(unit, 1L);
      return new ByteSize(Math.multiplyExact(number, factor));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new ConfigException("'%s' is more than 8 EiB".formatted(text), e);
    }
  }

  /** In the largest binary unit that divides it: {@code 1MiB}, {@code 1000B}. */
  @Override
  public String toString() {
    for (String unit : List.of("GiB", "MiB", "KiB")) {
      long factor = UNITS.getOrDefault(unit, 1L);
      if (bytes > 0 && bytes % factor == 0) {
        return bytes / factor + unit;
      }
    }
    return bytes + "B";
  }
}
