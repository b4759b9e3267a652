package io.streamdistill.student.source;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a student stands in the soft-target log. A checkpoint holds it, so that a resumed trainer
 * takes the very record that an undisturbed one would have taken next.
 *
 * @param topicId id of the topic; another one means that the topic was deleted and created anew
 * @param pass passes completed
 * @param taken records taken in the present pass
 * @param turn partition whose turn it is
 * @param starts first offset of a pass, by partition
 * @param next next offset to take, by partition
 * @param ends offset at which a pass ends, by partition; empty until the first bounded pass is over
 * @param covered one past the newest offset taken in any pass, by partition
 */
public record LogPosition(
    String topicId,
    int pass,
    long taken,
    int turn,
    SortedMap<Integer, Long> starts,
    SortedMap<Integer, Long> next,
    SortedMap<Integer, Long> ends,
    SortedMap<Integer, Long> covered) {

  /** Copies. */
  public LogPosition {
    starts = new TreeMap<>(starts);
    next = new TreeMap<>(next);
    ends = new TreeMap<>(ends);
    covered = new TreeMap<>(covered);
  }

  /** The beginning of the first pass. */
  public static LogPosition beginning(String topicId, SortedMap<Integer, Long> starts) {
    return new LogPosition(topicId, 0, 0, 0, starts, starts, new TreeMap<>(), starts);
  }

  /**
   * The beginning of the pass after this one.
   *
   * @param bounded whether every pass ends where this one does
   */
  LogPosition nextPass(boolean bounded) {
    return new LogPosition(
        topicId, pass + 1, 0, 0, starts, starts, bounded ? next : new TreeMap<>(), covered);
  }

  /**
   * Share of all passes that is behind this place, in [0, 1]; 0 while no end is known.
   *
   * @param passes in all; 0 for endlessly many
   */
  public double done(int passes) {
    long size = sum(ends) - sum(starts);
    if (passes == 0 || ends.isEmpty() || size <= 0) {
      return 0;
    }
    double ofPass = (double) (sum(next) - sum(starts)) / size;
    return Math.min(1, (pass + Math.min(1, ofPass)) / passes);
  }

  private static long sum(SortedMap<Integer, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }

  /** For a checkpoint's manifest; {@link #fromState} reads it back. */
  public Map<String, String> toState() {
    return new TreeMap<>(
        Map.of(
            "topic-id", topicId,
            "pass", Integer.toString(pass),
            "taken", Long.toString(taken),
            "turn", Integer.toString(turn),
            "starts", format(starts),
            "next", format(next),
            "ends", format(ends),
            "covered", format(covered)));
  }

  /**
   * Reads what {@link #toState} wrote.
   *
   * @throws IllegalArgumentException when a key is missing or not a number
   */
  public static LogPosition fromState(Map<String, String> state) {
    return new LogPosition(
        required(state, "topic-id"),
        Integer.parseInt(required(state, "pass")),
        Long.parseLong(required(state, "taken")),
        Integer.parseInt(required(state, "turn")),
        parse(required(state, "starts")),
        parse(required(state, "next")),
        parse(required(state, "ends")),
        parse(required(state, "covered")));
  }

  private static String required(Map<String, String> state, String key) {
    String value = state.get(key);
    if (value == null) {
      throw new IllegalArgumentException("source state lacks '" + key + "'");
    }
    return value;
  }

  private static String format(SortedMap<Integer, Long> offsets) {
    return offsets.entrySet().stream()
        .map(e -> e.getKey() + ":" + e.getValue())
        .collect(joining(","));
  }

  private static SortedMap<Integer, Long> parse(String offsets) {
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
}
