package io.streamdistill.student.source;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How often the parts of a log that is followed were gone over. A record beyond the last stratum
 * was visited once. Older strata have been visited as often as newer ones, or more often, so that
 * what may be visited again is one range up to the newest.
 *
 * @param strata from old to new
 * @param round over the strata that have visits left, which is under way; null when there is none
 */
record Visits(List<Stratum> strata, @Nullable Round round) {

  /** Strata of about equal visits are joined beyond this, which bounds a checkpoint. */
  static final int MAX_STRATA = 16;

  private static final String STRATA = "strata";
  private static final String ROUND_FROM = "round-from";
  private static final String ROUND_NEXT = "round-next";
  private static final String ROUND_TAKEN = "round-taken";
  private static final String ROUND_WITHIN = "round-within";

  /** A log of which every record was visited once. */
  static final Visits NONE = new Visits(List.of(), null);

  /**
   * A range of the log.
   *
   * @param end one past its newest offset, by partition; it begins where the one before ends
   * @param visits how often it was gone over
   */
  record Stratum(SortedMap<Integer, Long> end, int visits) {

    Stratum {
      end = new TreeMap<>(end);
    }
  }

  /**
   * A walk up to the end of the last stratum.
   *
   * @param from where it began, by partition
   * @param next next offset to take, by partition
   * @param taken records before {@code next} in this walk
   * @param within records that were taken of the window that begins at {@code next} and is shuffled
   */
  record Round(
      SortedMap<Integer, Long> from, SortedMap<Integer, Long> next, long taken, int within) {

    Round {
      from = new TreeMap<>(from);
      next = new TreeMap<>(next);
    }
  }

  Visits {
    strata = List.copyOf(strata);
  }

  /**
   * Begins a round over everything that was visited less than {@code most} times.
   *
   * @param starts of the log
   * @param frontier next offset that was never taken, by partition
   * @return without a round when there is no such thing
   */
  Visits begin(SortedMap<Integer, Long> starts, SortedMap<Integer, Long> frontier, int most) {
    List<Stratum> all = new ArrayList<>(strata);
    if (!(all.isEmpty() ? starts : all.get(all.size() - 1).end()).equals(frontier)) {
      all.add(new Stratum(frontier, 1));
    }
    List<Stratum> joined = joined(all);
    SortedMap<Integer, Long> from = starts;
    for (Stratum stratum : joined) {
      if (stratum.visits() < most) {
        return new Visits(joined, new Round(from, from, 0, 0));
      }
      from = stratum.end();
    }
    return new Visits(joined, null);
  }

  /** The same, at the beginning of the window that the round is in. */
  Visits windowAnew() {
    return round == null ? this : at(new Round(round.from(), round.next(), round.taken(), 0));
  }

  /** As far as a round has come. */
  Visits at(Round moved) {
    return new Visits(strata, moved);
  }

  /** After the round: what it went over has one visit more. */
  Visits end() {
    if (round == null) {
      throw new IllegalStateException("no round is under way");
    }
    return new Visits(
        joined(
            strata.stream()
                .map(
                    stratum ->
                        isBefore(stratum, round)
                            ? stratum
                            : new Stratum(stratum.end(), stratum.visits() + 1))
                .toList()),
        null);
  }

  private static boolean isBefore(Stratum stratum, Round round) {
    return stratum.end().entrySet().stream()
        .allMatch(end -> end.getValue() <= round.from().getOrDefault(end.getKey(), 0L));
  }

  /** End of the round under way, by partition. */
  SortedMap<Integer, Long> roundEnd() {
    return strata.get(strata.size() - 1).end();
  }

  /** How often the records that were visited least were gone over before the round under way. */
  int before() {
    return strata.get(strata.size() - 1).visits();
  }

  /** Visits of the records that were visited least, up to {@code frontier}. */
  int least(SortedMap<Integer, Long> frontier) {
    if (strata.isEmpty() || !strata.get(strata.size() - 1).end().equals(frontier)) {
      return 1;
    }
    return strata.get(strata.size() - 1).visits();
  }

  /** For a checkpoint; {@link #fromState} reads it back. Empty when there is nothing to say. */
  Map<String, String> toState() {
    Map<String, String> state = new TreeMap<>();
    if (!strata.isEmpty()) {
      state.put(
          STRATA,
          strata.stream()
              .map(stratum -> stratum.visits() + "@" + Offsets.format(stratum.end()))
              .collect(joining(";")));
    }
    if (round != null) {
      state.put(ROUND_FROM, Offsets.format(round.from()));
      state.put(ROUND_NEXT, Offsets.format(round.next()));
      state.put(ROUND_TAKEN, Long.toString(round.taken()));
      state.put(ROUND_WITHIN, Integer.toString(round.within()));
    }
    return state;
  }

  /**
   * Reads what {@link #toState} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static Visits fromState(Map<String, String> state) {
    List<Stratum> strata = new ArrayList<>();
    String written = state.getOrDefault(STRATA, "");
    if (!written.isEmpty()) {
      for (String stratum : Arrays.asList(written.split(";", -1))) {
        int at = stratum.indexOf('@');
        if (at < 1) {
          throw new IllegalArgumentException("'" + stratum + "' is not visits@offsets");
        }
        strata.add(
            new Stratum(
                Offsets.parse(stratum.substring(at + 1)),
                Integer.parseInt(stratum.substring(0, at))));
      }
    }
    String from = state.get(ROUND_FROM);
    String next = state.get(ROUND_NEXT);
    if (from == null || next == null || strata.isEmpty()) {
      return new Visits(strata, null);
    }
    return new Visits(
        strata,
        new Round(
            Offsets.parse(from),
            Offsets.parse(next),
            Long.parseLong(state.getOrDefault(ROUND_TAKEN, "0")),
            Integer.parseInt(state.getOrDefault(ROUND_WITHIN, "0"))));
  }

  /** Neighbours of equal visits are one; too many, and the most alike count as the older one. */
  private static List<Stratum> joined(List<Stratum> all) {
    List<Stratum> joined = new ArrayList<>(all);
    int alike = mostAlike(joined);
    while (alike >= 0 && (joined.size() > MAX_STRATA || difference(joined, alike) == 0)) {
      Stratum older = joined.remove(alike);
      joined.set(alike, new Stratum(joined.get(alike).end(), older.visits()));
      alike = mostAlike(joined);
    }
    return joined;
  }

  /** Index of the stratum that differs least from the next one; -1 when there is no next one. */
  private static int mostAlike(List<Stratum> strata) {
    int best = -1;
    for (int i = 0; i + 1 < strata.size(); i++) {
      if (best < 0 || difference(strata, i) < difference(strata, best)) {
        best = i;
      }
    }
    return best;
  }

  private static int difference(List<Stratum> strata, int i) {
    return strata.get(i).visits() - strata.get(i + 1).visits();
  }
}
