package io.streamdistill.student.publish;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.ExpectedFiles;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.student.StudentException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
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
  private final TrustedKeys trusted;

  /**
   * What was resumed.
   *
   * @param manifest of the checkpoint
   * @param scales that it was trained with
   * @param student in its state
   * @param progress that training goes on from
   * @param lineage in which order the records were taken until then
   * @param changes how the configuration differs from that of the checkpoint, a line per key
   */
  public record Resumed(
      Manifest manifest,
      StudentScales scales,
      TrainableStudent student,
      Progress progress,
      Lineage lineage,
      List<String> changes) {}

  /**
   * Creates a resumption of {@code identity} from {@code store}.
   *
   * @param trusted one of these must have signed what is resumed from, unless there are none
   */
  public Resumption(
      StudentIdentity identity, CheckpointStore store, Path workDir, TrustedKeys trusted) {
    this.identity = identity;
    this.store = store;
    this.workDir = workDir;
    this.trusted = trusted;
  }

  /**
   * Restores the newest announced checkpoint that is whole, and trusted.
   *
   * @param students makes the student
   * @param usable whether a checkpoint is to be gone on from
   * @param inPresentLog says where training goes on when the log may be another one than the
   *     checkpoint was trained on
   * @return empty when the student has no checkpoint yet
   * @throws UnreachableException when the store does not answer now
   * @throws StudentException when it has, and none can be resumed from
   */
  public Optional<Resumed> resume(
      CheckpointLog announcements,
      Function<StudentScales, TrainableStudent> students,
      Predicate<CheckpointId> usable,
      UnaryOperator<Progress> inPresentLog) {
    List<Announcement> candidates = new ArrayList<>(announcements.announcements(identity.name()));
    Collections.reverse(candidates);
    List<String> problems = new ArrayList<>();
    for (Announcement candidate : candidates) {
      CheckpointId id = candidate.id();
      if (!usable.test(id)) {
        continue;
      }
      try {
        return Optional.of(restore(candidate, students, inPresentLog));
      } catch (UnreachableException e) { // a newer one is not passed over because of an outage
        throw e;
      } catch (CheckpointException e) {
        log.warn("checkpoint {} cannot be resumed from: {}", id, e.getMessage());
        problems.add(id.version() + ": " + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new StudentException(
          "student '%s' has %d announced checkpoints, and none can be resumed from:%n  %s%nRepair the store, or train under another student.name%s"
              .formatted(
                  identity.name(),
                  problems.size(),
                  String.join("\n  ", problems),
                  trusted.isEmpty()
                      ? ""
                      : ", or leave student.checkpoint.trusted-key-files out until a signed checkpoint is there"));
    }
    return Optional.empty();
  }

  private Resumed restore(
      Announcement announced,
      Function<StudentScales, TrainableStudent> students,
      UnaryOperator<Progress> inPresentLog) {
    CheckpointId id = announced.id();
    Path directory = workDir.resolve(id.student()).resolve("resume-" + id.version());
    CheckpointFiles.deleteTree(directory); // left by a kill
    try {
      store.fetch(id, ExpectedFiles.announced(announced.files()), directory);
      trusted.requireSigned(directory);
      Manifest manifest = Manifest.read(directory);
      requireSameStudent(manifest);
      requireSameTopic(manifest.source().topic());
      Progress before = Progress.of(manifest);
      Progress progress = inPresentLog.apply(before);
      boolean sameLog = progress.position().topicId().equals(before.position().topicId());
      TrainerState state = TrainerState.read(directory, manifest);
      StudentScales scales = scales(manifest);
      TrainableStudent student = students.apply(scales);
      restore(state, manifest, student);
      return new Resumed(
          manifest,
          scales,
          student,
          progress,
          sameLog ? Lineage.read(directory) : Lineage.NONE,
          ConfigurationDiff.between(manifest.configuration(), identity.configuration()));
    } finally {
      CheckpointFiles.deleteTree(directory);
    }
  }

  /** Those of a checkpoint that was written when nothing was measured: it was trained without. */
  static StudentScales scales(Manifest manifest) {
    StudentScales measured = manifest.scales();
    double temperature = manifest.configuration().path("objective").path("temperature").asDouble();
    return measured != null ? measured : StudentScales.unmeasured(temperature);
  }

  /** Another kind of optimizer cannot use the state of the one before, and begins without. */
  private void restore(TrainerState state, Manifest manifest, TrainableStudent student) {
    String before = optimizer(manifest.configuration());
    String now = optimizer(identity.configuration());
    if (before.equals(now)) {
      state.restoreTo(student);
      return;
    }
    log.warn(
        "student {} was trained by {} until checkpoint {}, now by {}, whose state begins empty",
        identity.name(),
        before,
        manifest.version(),
        now);
    state.startIn(student);
  }

  private static String optimizer(JsonNode configuration) {
    return configuration.path("optimizer").path("type").asText().toLowerCase(Locale.ROOT);
  }

  private void requireSameStudent(Manifest manifest) {
    List<String> problems = Compatibility.problems(manifest, identity);
    if (!problems.isEmpty()) {
      throw new StudentException(
          "student '%s' has checkpoints, and the weights of the newest, %s, are for something else:%n  %s%nRestore the configuration. To train this other student, give it another student.name; it starts from new weights, since these do not fit"
              .formatted(identity.name(), manifest.version(), String.join("\n  ", problems)));
    }
  }

  private void requireSameTopic(String found) {
    if (!found.equals(identity.topic())) {
      throw new StudentException(
          "student '%s' has checkpoints with another soft-target topic (%s, configured now: %s). Restore the configuration, or: %s"
              .formatted(identity.name(), found, identity.topic(), anotherName()));
    }
  }

  private String anotherName() {
    return "Train under another student.name, with student.init-from '%s@latest' to keep the weights"
        .formatted(identity.name());
  }
}
