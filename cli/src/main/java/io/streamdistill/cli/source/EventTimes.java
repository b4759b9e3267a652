package io.streamdistill.cli.source;

import io.streamdistill.cli.source.Row.Fault;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Reads event times. Those outside of the years 1 to 9999 are slips, mostly of the unit. */
final class EventTimes {

  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

  private static final BigInteger FIRST_MILLIS = BigInteger.valueOf(FIRST.toEpochMilli());
  private static final BigInteger LAST_MILLIS = BigInteger.valueOf(LAST.toEpochMilli());

  private EventTimes() {}

  /** Milliseconds since the epoch. */
  static Instant ofMillis(BigInteger millis) throws UnfitRow {
    if (millis.compareTo(FIRST_MILLIS) < 0 || millis.compareTo(LAST_MILLIS) > 0) {
      throw new UnfitRow(
          Fault.BAD_EVENT_TIME,
          "eventTime %s is beyond the years 1 to 9999; give milliseconds since the epoch, not micro- or nanoseconds"
              .formatted(Excerpt.of(millis.toString())));
    }
    return Instant.ofEpochMilli(millis.longValueExact());
  }

  /** ISO 8601 with an offset. */
  static Instant parse(String text) throws UnfitRow {
    try {
      Instant time = OffsetDateTime.parse(text.strip()).toInstant();
      if (!time.isBefore(FIRST) && !time.isAfter(LAST)) {
        return time;
      }
    } catch (DateTimeException e) {
      // the complaint is the same
    }
    throw new UnfitRow(
        Fault.BAD_EVENT_TIME,
        "eventTime must be ISO 8601 with an offset and a year of four digits, such as 2026-01-31T12:00:00Z, or milliseconds since the epoch, got '%s'"
            .formatted(Excerpt.of(text)));
  }
}
