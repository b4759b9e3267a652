package io.streamdistill.cli.calibrate;

import static io.streamdistill.config.Require.require;

import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which checkpoint is meant: one announced on Kafka, or one in a directory. */
final class CheckpointSource {

  @Option(
      names = "--student",
      paramLabel = "NAME",
      description = "whose checkpoint is pulled; this or --from")
  private @Nullable String student;

  @Option(
      names = "--alias",
      paramLabel = "ALIAS",
      description =
          "of the student: champion, or a name of yours; default: latest, the newest that is intact")
  private @Nullable String alias;

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "of the student; this or --alias")
  private @Nullable String version;

  @Option(
      names = "--from",
      paramLabel = "DIR",
      description = "a checkpoint that was pulled before; this or --student")
  private @Nullable Path from;

  /**
   * Checks that one checkpoint is named, and that writing to {@code out} would not spoil it.
   *
   * @throws ConfigException when that is not so
   */
  void check(Path out) {
    require(
        student != null || from != null,
        "neither --student nor --from is given; name a student, or the directory of a checkpoint");
    require(
        student == null || from == null,
        "--student and --from are both given; name a student, or the directory of a checkpoint");
    require(version == null || from == null, "--version is for --student; leave it out");
    require(alias == null || from == null, "--alias is for --student; leave it out");
    require(
        alias == null || version == null,
        "--alias and --version are both given; one says which checkpoint is meant");
    if (from != null) {
      require(
          Files.isDirectory(from),
          "--from %s is no directory; name one that 'distill pull' has written",
          from);
      require(
          !absolute(out).startsWith(absolute(from)),
          "--out %s lies in --from %s, whose files must stay as they are; name another directory",
          out,
          from);
    }
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  /**
   * The checkpoint's directory.
   *
   * @param into directory that it is pulled into if it has to be; created
   */
  Path directory(CheckpointPuller puller, Path into) {
    if (from != null) {
      return from;
    }
    Path pulled = into.resolve("pulled");
    puller.pull(Objects.requireNonNull(student, "checked before"), choice(), pulled);
    return pulled;
  }

  private CheckpointChoice choice() {
    if (alias != null) {
      return CheckpointChoice.alias(alias);
    }
    return version == null ? CheckpointChoice.latest() : CheckpointChoice.version(version);
  }
}
