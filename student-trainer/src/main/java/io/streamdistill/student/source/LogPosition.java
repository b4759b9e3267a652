package io.streamdistill.student.source;

import java.util.List;
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
 * @param within records that were taken of the window that begins at {@code next} and is shuffled
 * @param starts first offset of a pass, by partition
 * @param from offset at which the present stretch of the log begins, by partition; what is taken in
 *     which order depends on it, see {@link PartitionMerge}
 * @param next next offset to take, by partition
 * @param ends offset at which the present stretch ends, by partition; empty before the first one.
 *     From the second pass on, a pass is one stretch, which ends where the first pass ended
 * @param covered one past the newest offset taken in any pass, by partition
 * @param visits how often what was gone over, when the log is followed
 * @param teachers the teachers that were met before this position
 */
public record LogPosition(
    String topicId,
    int pass,
    long taken,
    int within,
    SortedMap<Integer, Long> starts,
    SortedMap<Integer, Long> from,
    SortedMap<Integer, Long> next,
    SortedMap<Integer, Long> ends,
    SortedMap<Integer, Long> covered,
    Visits visits,
    TeachersSeen teachers) {

  /** Copies. */
  public LogPosition {
    starts = new TreeMap<>(starts);
    from = new TreeMap<>(from);
    next = new TreeMap<>(next);
    ends = new TreeMap<>(ends);
    covered = new TreeMap<>(covered);
  }

  /** The beginning of the first pass. */
  public static LogPosition beginning(String topicId, SortedMap<Integer, Long> starts) {
    return new LogPosition(
        topicId,
        0,
        0,
        0,
        starts,
        starts,
        starts,
        new TreeMap<>(),
        starts,
        Visits.NONE,
        TeachersSeen.NONE);
  }

  /** The beginning of the pass after this one, which ends where the first one did. */
  LogPosition nextPass(SortedMap<Integer, Long> firstEnds) {
    return new LogPosition(
        topicId, pass + 1, 0, 0, starts, starts, starts, firstEnds, covered, visits, teachers);
  }

  /** The same place, with so many taken of a window that begins there. */
  LogPosition within(int count) {
    return new LogPosition(
        topicId, pass, taken, count, starts, from, next, ends, covered, visits, teachers);
  }

  /** The same place, with other visits of what lies before it. */
  LogPosition with(Visits other) {
    return new LogPosition(
        topicId, pass, taken, within, starts, from, next, ends, covered, other, teachers);
  }

  /** The same place, with other teachers met. */
  LogPosition with(TeachersSeen other) {
    return new LogPosition(
        topicId, pass, taken, within, starts, from, next, ends, covered, visits, other);
  }

  /**
   * The same place for a trainer that is configured so: passes of before count as visits of a log
   * that is followed, and a pass of before ends where all of them together have come to.
   */
  LogPosition readFor(PassConfig config) {
    if (!config.follows()) {
      return new LogPosition(
          topicId,
          pass,
          taken,
          within,
          starts,
          from,
          next,
          pass > 0 && ends.isEmpty() ? covered : ends,
          covered,
          Visits.NONE,
          teachers);
    }
    return pass == 0 ? this : afterPasses();
  }

  private LogPosition afterPasses() {
    boolean passBegun = within > 0 || !next.equals(starts);
    Visits passes =
        covered.equals(starts)
            ? Visits.NONE
            : new Visits(
                List.of(new Visits.Stratum(covered, pass)),
                passBegun ? new Visits.Round(starts, next, taken, within) : null);
    return new LogPosition(
        topicId, 0, taken, 0, starts, covered, covered, new TreeMap<>(), covered, passes, teachers);
  }

  /**
   * Share of all passes that is behind this place, in [0, 1]; 0 in the first pass, whose end is
   * found out at a time that is not the same in every run.
   *
   * @param passes in all; 0 for endlessly many
   */
  public double done(int passes) {
    long size = sum(ends) - sum(starts);
    if (passes == 0 || pass == 0 || ends.isEmpty() || size <= 0) {
      return 0;
    }
    double ofPass = (double) (sum(next) + within - sum(starts)) / size;
    return Math.min(1, (pass + Math.min(1, ofPass)) / passes);
  }

  private static long sum(SortedMap<Integer, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }

  /** For a checkpoint's manifest; {@link #fromState} reads it back. */
  public Map<String, String> toState() {
    Map<String, String> state =
        new TreeMap<>(
            Map.of(
                "topic-id", topicId,
                "pass", Integer.toString(pass),
                "taken", Long.toString(taken),
                "within", Integer.toString(within),
                "starts", Offsets.format(starts),
                "from", Offsets.format(from),
                "next", Offsets.format(next),
                "ends", Offsets.format(ends),
                "covered", Offsets.format(covered)));
    state.putAll(visits.toState());
    state.putAll(teachers.toState());
    return state;
  }

  /**
   * Reads what {@link #toState} wrote.
   *
   * @throws IllegalArgumentException when a key is missing or not a number
   */
  public static LogPosition fromState(Map<String, String> state) {
    SortedMap<Integer, Long> starts = Offsets.parse(required(state, "starts"));
    SortedMap<Integer, Long> covered = Offsets.parse(required(state, "covered"));
    SortedMap<Integer, Long> next = Offsets.parse(required(state, "next"));
    LogPosition read =
        new LogPosition(
            required(state, "topic-id"),
            Integer.parseInt(required(state, "pass")),
            Long.parseLong(required(state, "taken")),
            Integer.parseInt(state.getOrDefault("within", "0")),
            starts,
            Offsets.parse(state.getOrDefault("from", "")),
            next,
            Offsets.parse(required(state, "ends")),
            covered,
            Visits.fromState(state),
            TeachersSeen.fromState(state, Offsets.distance(starts, covered)));
    return state.containsKey("from") ? read : read.ofBefore();
  }

  /**
   * The same place for a checkpoint that was written when partitions were taken in turn. A shuffled
   * window is begun anew: in the order of today, other records are behind it.
   */
  private LogPosition ofBefore() {
    return new LogPosition(
        topicId,
        pass,
        taken,
        0,
        starts,
        pass == 0 ? next : starts,
        next,
        pass == 0 ? new TreeMap<>() : ends,
        covered,
        visits.windowAnew(),
        teachers);
  }

  private static String required(Map<String, String> state, String key) {
    String value = state.get(key);
    if (value == null) {
      throw new IllegalArgumentException("source state lacks '" + key + "'");
    }
    return value;
  }
}
