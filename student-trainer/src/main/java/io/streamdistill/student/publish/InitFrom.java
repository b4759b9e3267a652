package io.streamdistill.student.publish;

import static io.streamdistill.config.Require.require;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.CheckpointVersion;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import java.nio.file.Path;

/** Which checkpoint a new student starts from. */
public sealed interface InitFrom {

  /**
   * One that is announced.
   *
   * @param student whose
   * @param choice what an alias stands for, or a version
   */
  record Announced(String student, CheckpointChoice choice) implements InitFrom {}

  /**
   * One that was pulled before.
   *
   * @param path its directory
   */
  record Directory(Path path) implements InitFrom {}

  /**
   * Reads {@code STUDENT@ALIAS}, {@code STUDENT@VERSION} or the path of a directory. A path that
   * looks like the former is written with a slash: {@code ./a@b}.
   *
   * @throws io.streamdistill.config.ConfigException when it is blank
   */
  static InitFrom parse(String text) {
    require(
        !text.isBlank(),
        "student.init-from '%s' is blank; use STUDENT@ALIAS, STUDENT@VERSION or a directory",
        text);
    int at = text.indexOf('@');
    if (at > 0
        && CheckpointId.isName(text.substring(0, at))
        && CheckpointId.isName(text.substring(at + 1))) {
      String which = text.substring(at + 1);
      return new Announced(
          text.substring(0, at),
          CheckpointVersion.isGenerated(which)
              ? CheckpointChoice.version(which)
              : CheckpointChoice.alias(which));
    }
    return new Directory(Path.of(text));
  }
}
