package io.streamdistill.student.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The teachers that were met on the log up to a position, in the order in which they were met. It
 * is part of the position: what a newer teacher means for an example does not depend on restarts.
 *
 * @param others fit examples of teachers that are not listed, each counted once
 * @param seen from the one that was met first to the one that was met last
 */
record TeachersSeen(long others, List<Seen> seen) {

  /** More than a log has in years; without a bound, a version per record would fill manifests. */
  static final int MAX_SEEN = 64;

  /** None yet. */
  static final TeachersSeen NONE = new TeachersSeen(0, List.of());

  private static final String OTHERS = "teachers-others";
  private static final String SEEN = "teacher-";

  /**
   * A teacher.
   *
   * @param partition where its first example was met
   * @param offset where its first example was met
   * @param examples fit examples of it, each counted once, whether trained on or held out
   */
  record Seen(String version, int partition, long offset, long examples) {}

  TeachersSeen {
    seen = List.copyOf(seen);
  }

  /** For a checkpoint; {@link #fromState} reads it back. */
  Map<String, String> toState() {
    Map<String, String> state = new TreeMap<>();
    state.put(OTHERS, Long.toString(others));
    for (int i = 0; i < seen.size(); i++) {
      Seen one = seen.get(i);
      state.put(
          SEEN + i,
          "%d:%d:%d:%s".formatted(one.partition(), one.offset(), one.examples(), one.version()));
    }
    return state;
  }

  /**
   * Reads what {@link #toState} wrote.
   *
   * @param records that were read, for a checkpoint of before, which counted no teachers
   * @throws IllegalArgumentException when it is something else
   */
  static TeachersSeen fromState(Map<String, String> state, long records) {
    String others = state.get(OTHERS);
    if (others == null) {
      return new TeachersSeen(records, List.of());
    }
    List<Seen> seen = new ArrayList<>();
    for (int i = 0; i < MAX_SEEN; i++) {
      String written = state.get(SEEN + i);
      if (written == null) {
        break;
      }
      String[] parts = written.split(":", 4);
      if (parts.length != 4) {
        throw new IllegalArgumentException(
            "'" + written + "' is not partition:offset:examples:version");
      }
      seen.add(
          new Seen(
              parts[3],
              Integer.parseInt(parts[0]),
              Long.parseLong(parts[1]),
              Long.parseLong(parts[2])));
    }
    return new TeachersSeen(Long.parseLong(others), seen);
  }
}
