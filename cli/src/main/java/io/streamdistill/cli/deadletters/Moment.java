package io.streamdistill.cli.deadletters;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a time, {@code 2026-11-27T10:00:00Z} or {@code 2026-11-27}, or how long ago: {@code 2h}.
 */
final class Moment implements ITypeConverter<Instant> {

  @Override
  public Instant convert(String text) {
    try {
      if (text.matches("\\d+ ?[smh]")) {
        String time = "PT" + text.replace(" ", "").toUpperCase(Locale.ROOT);
        return Instant.now().minus(Duration.parse(time));
      }
      if (text.matches("\\d+ ?d")) {
        return Instant.now().minus(Duration.parse("P" + text.replaceAll("\\D", "") + "D"));
      }
      return text.contains("T")
          ? Instant.parse(text)
          : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeException | ArithmeticException e) {
      throw new TypeConversionException(
          "must be a time in UTC (2026-11-27T10:00:00Z, 2026-11-27) or how long ago (30m, 2h, 7d), got '%s'"
              .formatted(text));
    }
  }
}
