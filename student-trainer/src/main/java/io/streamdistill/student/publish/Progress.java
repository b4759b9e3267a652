package io.streamdistill.student.publish;

import io.streamdistill.core.checkpoint.CheckpointException;
import io.streamdistill.core.checkpoint.Manifest;
import io.streamdistill.student.source.Batch;
import io.streamdistill.student.source.LogPosition;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How far training has come, apart from the numbers in the network.
 *
 * @param step training steps taken
 * @param examplesSeen examples trained on, every pass counted
 * @param position where the log stands: everything before it contributed to the weights, nothing
 *     after it
 * @param teacherVersions every teacher whose targets contributed
 */
public record Progress(
    long step, long examplesSeen, LogPosition position, SortedSet<String> teacherVersions) {

  /** Copies. */
  public Progress {
    teacherVersions = new TreeSet<>(teacherVersions);
  }

  /** Nothing trained yet. */
  public static Progress beginning(LogPosition position) {
    return new Progress(0, 0, position, new TreeSet<>());
  }

  /**
   * As a checkpoint has it.
   *
   * @throws CheckpointException when the manifest's position in the log cannot be read
   */
  static Progress of(Manifest manifest) {
    try {
      return new Progress(
          manifest.step(),
          manifest.examplesSeen(),
          LogPosition.fromState(manifest.source().state()),
          new TreeSet<>(manifest.teacherVersions()));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          "%s of %s: %s".formatted(Manifest.FILE_NAME, manifest.id(), e.getMessage()), e);
    }
  }

  /** After a batch; one without rows takes no step. */
  public Progress after(Batch batch) {
    SortedSet<String> teachers = teacherVersions;
    if (!teachers.containsAll(batch.teacherVersions())) {
      teachers = new TreeSet<>(teachers);
      teachers.addAll(batch.teacherVersions());
    }
    return new Progress(
        batch.rows() > 0 ? step + 1 : step, examplesSeen + batch.rows(), batch.end(), teachers);
  }

  /** At another place of the log, with nothing trained in between. */
  public Progress at(LogPosition moved) {
    return new Progress(step, examplesSeen, moved, teacherVersions);
  }
}
