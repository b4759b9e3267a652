package io.streamdistill.student.source;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** Offsets by partition, as text: {@code 0:17,1:20}. */
final class Offsets {

  private Offsets() {}

  static String format(SortedMap<Integer, Long> offsets) {
    return offsets.entrySet().stream()
        .map(e -> e.getKey() + ":" + e.getValue())
        .collect(joining(","));
  }

  /**
   * Reads what {@link #format} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static SortedMap<Integer, Long> parse(String offsets) {
    SortedMap<Integer, Long> parsed = new TreeMap<>();
    if (!offsets.isEmpty()) {
      for (String entry : Arrays.asList(offsets.split(",", -1))) {
        int colon = entry.indexOf(':');
        if (colon < 1) {
          throw new IllegalArgumentException("'" + entry + "' is not partition:offset");
        }
        parsed.put(
            Integer.parseInt(entry.substring(0, colon)),
            Long.parseLong(entry.substring(colon + 1)));
      }
    }
    return parsed;
  }

  /** Offsets from one place to a later one, all partitions together. */
  static long distance(SortedMap<Integer, Long> from, SortedMap<Integer, Long> to) {
    return to.entrySet().stream()
        .mapToLong(end -> Math.max(0, end.getValue() - from.getOrDefault(end.getKey(), 0L)))
        .sum();
  }
}
