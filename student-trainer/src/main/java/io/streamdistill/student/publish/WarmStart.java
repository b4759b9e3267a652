package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Origin;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Staging;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.exit.FileReason;
import io.streamdistill.student.StudentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * Starts a new student from the weights of a checkpoint, as they were trained: a correction of its
 * biases is left behind. Steps, optimizer state and the place in the log are those of a beginning.
 */
public final class WarmStart {

  private final StudentIdentity identity;
  private final CheckpointPuller puller;
  private final Path workDir;
  private final TrustedKeys trusted;

  /**
   * Creates a start of {@code identity}.
   *
   * @param trusted one of these must have signed the checkpoint, unless there are none
   */
  public WarmStart(
      StudentIdentity identity, CheckpointPuller puller, Path workDir, TrustedKeys trusted) {
    this.identity = identity;
    this.puller = puller;
    this.workDir = workDir;
    this.trusted = trusted;
  }

  /**
   * A student that has begun.
   *
   * @param origin where its weights come from, for its manifests
   * @param scales that the weights were trained with, and go on being
   * @param student that has taken no step yet
   */
  public record Warm(Origin origin, StudentScales scales, TrainableStudent student) {}

  /**
   * Puts the weights into a student.
   *
   * @param students makes the student
   * @throws ConfigException when there is no such directory
   * @throws CheckpointException when there is no such checkpoint, or it is not intact or not
   *     trusted
   * @throws StudentException when it is of another architecture, or has other features or classes
   */
  public Warm start(InitFrom from, Function<StudentScales, TrainableStudent> students) {
    if (from instanceof InitFrom.Directory directory) {
      return start(resolved(directory.path()), students);
    }
    InitFrom.Announced announced = (InitFrom.Announced) from;
    try (Staging staging = Staging.in(workDir.resolve(identity.name()))) {
      Path pulled = staging.directory().resolve("init-from");
      puller.pull(announced.student(), announced.choice(), pulled);
      return start(pulled, students);
    } catch (IOException e) {
      throw new CheckpointException(
          "cannot write to %s (student.checkpoint.work-dir): %s"
              .formatted(workDir, FileReason.of(e)),
          e);
    }
  }

  /** A pulled directory is a link that may be switched: resolved once, it stays one checkpoint. */
  private static Path resolved(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new ConfigException(
          "student.init-from %s is no directory; name one that 'distill pull' has written, or a checkpoint as STUDENT@ALIAS"
              .formatted(directory));
    }
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      throw new CheckpointException("cannot read %s: %s".formatted(directory, e), e);
    }
  }

  private Warm start(Path checkpoint, Function<StudentScales, TrainableStudent> students) {
    Manifest manifest = CheckpointVerifier.verify(checkpoint, trusted);
    List<String> problems = Compatibility.problems(manifest, identity);
    if (!problems.isEmpty()) {
      throw new StudentException(
          "student '%s' cannot start from checkpoint %s, whose weights are for something else:%n  %s%nConfigure student.network, features and classes as they are there, or take another student.init-from, or none"
              .formatted(identity.name(), manifest.id(), String.join("\n  ", problems)));
    }
    StudentScales scales = Resumption.scales(manifest);
    TrainableStudent student = students.apply(scales);
    TrainerState.read(checkpoint, manifest).startIn(student);
    return new Warm(Origin.of(checkpoint), scales, student);
  }
}
