package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.CheckpointVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Which checkpoints of a student are kept. */
public final class CheckpointRetention {

  private CheckpointRetention() {}

  /**
   * Deletes all but the newest checkpoints of a student.
   *
   * @param keep how many of the newest stay, >= 1
   * @param isProtected checkpoints that stay in any case (champion, pins, what training resumes
   *     from); they count towards {@code keep} when they are among the newest
   * @return what was deleted, oldest first; their announcements are to be withdrawn
   */
  public static List<CheckpointId> keepNewest(
      CheckpointStore store, String student, int keep, Collection<CheckpointId> isProtected) {
    List<CheckpointId> deleted = expired(store.list(student), keep, isProtected);
    deleted.forEach(store::delete);
    return deleted;
  }

  /**
   * Returns what is to go by number and by age, for callers that withdraw announcements first.
   *
   * @param stored checkpoints of one student, oldest first
   * @param keepFor what is younger stays in any case
   * @param isProtected as in {@link #keepNewest}
   */
  public static List<CheckpointId> expired(
      List<CheckpointId> stored,
      int keep,
      Duration keepFor,
      Instant now,
      Collection<CheckpointId> isProtected) {
    return expired(stored, keep, isProtected).stream()
        .filter(id -> CheckpointVersion.time(id.version()).isBefore(now.minus(keepFor)))
        .toList();
  }

  /**
   * Returns what {@link #keepNewest} would delete, for callers that withdraw announcements first.
   *
   * @param stored checkpoints of one student, oldest first
   */
  public static List<CheckpointId> expired(
      List<CheckpointId> stored, int keep, Collection<CheckpointId> isProtected) {
    if (keep < 1) {
      throw new IllegalArgumentException("keep must be >= 1, got " + keep);
    }
    List<CheckpointId> expired =
        new ArrayList<>(stored.subList(0, Math.max(0, stored.size() - keep)));
    expired.removeAll(isProtected);
    return List.copyOf(expired);
  }
}
