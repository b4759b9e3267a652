package io.streamdistill.cli.evaluate;

import io.streamdistill.cli.source.Excerpt;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes numbers and names for a reader; what is not known is a dash. */
final class Figures {

  /** Characters of a class's name that are shown. */
  static final int MOST_NAME = 24;

  private Figures() {}

  static String counts(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(entry -> String.format(Locale.ROOT, "%,d %s", entry.getValue(), entry.getKey()))
        .collect(Collectors.joining(", "));
  }

  static String name(String name) {
    return name.length() <= MOST_NAME ? name : Excerpt.of(name).substring(0, MOST_NAME - 3) + "...";
  }

  static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  static String count(@Nullable Long count) {
    return count == null ? "-" : String.format(Locale.ROOT, "%,d", count);
  }

  static String percent(@Nullable Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  static String interval(@Nullable Interval interval) {
    return interval == null
        ? "-"
        : String.format(Locale.ROOT, "%.2f-%.2f", 100 * interval.low(), 100 * interval.high());
  }

  static String figure(@Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
  }

  static double orZero(@Nullable Double value) {
    return value == null ? 0 : value;
  }
}
