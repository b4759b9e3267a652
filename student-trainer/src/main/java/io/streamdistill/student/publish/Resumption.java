package io.streamdistill.student.publish;

import io.streamdistill.core.checkpoint.CheckpointException;
import io.streamdistill.core.checkpoint.CheckpointId;
import io.streamdistill.core.checkpoint.CheckpointLog;
import io.streamdistill.core.checkpoint.CheckpointStore;
import io.streamdistill.core.checkpoint.Manifest;
import io.streamdistill.schema.CheckpointPublished;
import io.streamdistill.student.StudentException;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.step.StudentStep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a student up where its newest valid checkpoint left it: weights, optimizer state and the
 * place in the log, so that every soft target contributes exactly once to their lineage.
 */
public final class Resumption {

  private static final Logger log = LoggerFactory.getLogger(Resumption.class);

  private final CheckpointStore store;
  private final StudentIdentity identity;
  private final Path workDir;

  /**
   * What was resumed.
   *
   * @param manifest of the checkpoint
   * @param progress that training goes on from
   */
  public record Resumed(Manifest manifest, Progress progress) {}

  /** Creates a resumption of {@code identity} from {@code store}. */
  public Resumption(StudentIdentity identity, CheckpointStore store, Path workDir) {
    this.identity = identity;
    this.store = store;
    this.workDir = workDir;
  }

  /**
   * Restores {@code step} from the newest announced checkpoint that is whole.
   *
   * @param topicId of the soft-target topic as it is now
   * @param partitions of the soft-target topic as it is now
   * @return empty when the student has no checkpoint yet
   * @throws StudentException when it has, and none can be resumed from
   */
  public Optional<Resumed> resume(
      CheckpointLog announcements, StudentStep step, String topicId, List<Integer> partitions) {
    List<CheckpointPublished> candidates =
        new ArrayList<>(announcements.announcements(identity.name()));
    Collections.reverse(candidates);
    List<String> problems = new ArrayList<>();
    for (CheckpointPublished candidate : candidates) {
      CheckpointId id = CheckpointLog.id(candidate);
      try {
        return Optional.of(restore(id, step, topicId, partitions));
      } catch (CheckpointException e) {
        log.warn("checkpoint {} cannot be resumed from: {}", id, e.getMessage());
        problems.add(id.version() + ": " + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new StudentException(
          "student '%s' has %d announced checkpoints, and none can be resumed from:%n  %s%nRepair the store, or train under another student.name"
              .formatted(identity.name(), problems.size(), String.join("\n  ", problems)));
    }
    return Optional.empty();
  }

  private Resumed restore(
      CheckpointId id, StudentStep step, String topicId, List<Integer> partitions) {
    Path directory = workDir.resolve(id.student()).resolve("resume-" + id.version());
    CheckpointFiles.deleteTree(directory); // left by a kill
    try {
      store.fetch(id, directory);
      Manifest manifest = Manifest.read(directory);
      Progress progress = Progress.of(manifest);
      requireSameStudent(manifest, progress.position(), topicId, partitions);
      TrainerState.read(directory).restoreTo(step, Math.toIntExact(manifest.step()));
      return new Resumed(manifest, progress);
    } finally {
      CheckpointFiles.deleteTree(directory);
    }
  }

  private void requireSameStudent(
      Manifest manifest, LogPosition position, String topicId, List<Integer> partitions) {
    requireSame("network", manifest.configuration().path("network"), identity.network());
    requireSame("features", manifest.features(), identity.features());
    requireSame("classes", manifest.classMapHash(), identity.classes().hash());
    requireSame("soft-target topic", manifest.source().topic(), identity.topic());
    requireSame("set of partitions", List.copyOf(position.starts().keySet()), partitions);
    String found = position.topicId();
    if (!found.equals(topicId)) {
      throw new StudentException(
          "topic %s was deleted and created anew since student '%s' last read it (id %s, now %s), so its place in the log is gone. Train under another student.name"
              .formatted(identity.topic(), identity.name(), found, topicId));
    }
  }

  private void requireSame(String what, Object found, Object configured) {
    if (!found.equals(configured)) {
      throw new StudentException(
          "student '%s' has checkpoints with another %s (%s, configured now: %s). Restore the configuration, or train under another student.name"
              .formatted(identity.name(), what, found, configured));
    }
  }
}
