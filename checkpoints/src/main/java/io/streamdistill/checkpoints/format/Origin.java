package io.streamdistill.checkpoints.format;

import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The checkpoint of another student whose weights a student started from. It tells enough to be of
 * use when that checkpoint has been deleted.
 *
 * @param student whose checkpoint it is
 * @param version of the checkpoint
 * @param manifestSha256 SHA-256 of its {@code manifest.json}, lower-case hexadecimal
 * @param step training steps that it had taken
 * @param examplesSeen soft targets that had contributed to its weights, every pass counted
 * @param teacherVersions every teacher version behind its weights, those of its own origin included
 */
public record Origin(
    String student,
    String version,
    String manifestSha256,
    long step,
    long examplesSeen,
    List<String> teacherVersions) {

  /** Copies and validates. */
  public Origin {
    new CheckpointId(student, version);
    teacherVersions = List.copyOf(teacherVersions);
  }

  /**
   * The checkpoint in {@code directory} as an origin.
   *
   * @throws CheckpointException when its manifest cannot be read
   */
  public static Origin of(Path directory) {
    Manifest checkpoint = Manifest.read(directory);
    Origin before = checkpoint.initFrom();
    List<String> teachers =
        Stream.concat(
                checkpoint.teacherVersions().stream(),
                before == null ? Stream.of() : before.teacherVersions().stream())
            .distinct()
            .sorted()
            .toList();
    try {
      return new Origin(
          checkpoint.student(),
          checkpoint.version(),
          FileTree.sha256(directory.resolve(Manifest.FILE_NAME)),
          checkpoint.step(),
          checkpoint.examplesSeen(),
          teachers);
    } catch (IOException e) {
      throw new CheckpointException(
          "cannot read the manifest in %s: %s".formatted(directory, FileReason.of(e)), e);
    }
  }

  /** Names the checkpoint. */
  public CheckpointId id() {
    return new CheckpointId(student, version);
  }
}
