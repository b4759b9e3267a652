package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.student.source.Batch;
import io.streamdistill.student.source.LogPosition;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How far training has come, apart from the numbers in the network.
 *
 * @param step training steps taken
 * @param examplesSeen examples trained on, every pass counted
 * @param position where the log stands: everything before it contributed to the weights, nothing
 *     after it
 * @param teacherVersions every teacher whose targets contributed
 * @param teacherExamples how many of the examples seen are of which teacher, as far as was counted
 */
public record Progress(
    long step,
    long examplesSeen,
    LogPosition position,
    SortedSet<String> teacherVersions,
    SortedMap<String, Long> teacherExamples) {

  /** Copies. */
  public Progress {
    teacherVersions = new TreeSet<>(teacherVersions);
    teacherExamples = new TreeMap<>(teacherExamples);
  }

  /** Nothing trained yet. */
  public static Progress beginning(LogPosition position) {
    return new Progress(0, 0, position, new TreeSet<>(), new TreeMap<>());
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
          new TreeSet<>(manifest.teacherVersions()),
          teacherExamples(manifest));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          "%s of %s: %s".formatted(Manifest.FILE_NAME, manifest.id(), e.getMessage()), e);
    }
  }

  /** Checkpoints of before did not count; what a single teacher gave is known all the same. */
  private static SortedMap<String, Long> teacherExamples(Manifest manifest) {
    Map<String, Long> counted = manifest.teacherExamples();
    List<String> teachers = manifest.teacherVersions();
    if (counted != null) {
      return new TreeMap<>(counted);
    }
    return teachers.size() == 1
        ? new TreeMap<>(Map.of(teachers.get(0), manifest.examplesSeen()))
        : new TreeMap<>();
  }

  /** After a batch; one without rows takes no step. */
  public Progress after(Batch batch) {
    SortedSet<String> teachers = new TreeSet<>(teacherVersions);
    teachers.addAll(batch.rowsByTeacher().keySet());
    SortedMap<String, Long> examples = new TreeMap<>(teacherExamples);
    batch
        .rowsByTeacher()
        .forEach((teacher, rows) -> examples.merge(teacher, (long) rows, Long::sum));
    return new Progress(
        batch.rows() > 0 ? step + 1 : step,
        examplesSeen + batch.rows(),
        batch.end(),
        teachers,
        examples);
  }

  /** At another place of the log, with nothing trained in between. */
  public Progress at(LogPosition moved) {
    return new Progress(step, examplesSeen, moved, teacherVersions, teacherExamples);
  }
}
