package io.streamdistill.core.checkpoint;

import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.schema.CheckpointPublished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the newest valid checkpoint of a student onto this machine. */
public final class CheckpointPuller {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointPuller.class);

  private final KafkaSettings kafka;
  private final TopicsConfig topics;

  /** Creates a puller that looks for announcements on {@code topics.checkpoints()}. */
  public CheckpointPuller(KafkaSettings kafka, TopicsConfig topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  /**
   * Pulls as {@link #pullIfAny} does.
   *
   * @throws CheckpointException also when nothing was announced for the student
   */
  public Manifest pull(String student, Path out) {
    return pullIfAny(student, out)
        .orElseThrow(
            () ->
                new CheckpointException(
                    "no checkpoint of student '%s' is announced on topic '%s' of kafka at %s; is the"
                            .formatted(student, topics.checkpoints(), kafka.bootstrapServers())
                        + " name right, and has its trainer published yet?"));
  }

  /**
   * Fetches the newest announced checkpoint that its store still has intact, and verifies it
   * against announcement and manifest before it appears as {@code out}. An older checkpoint of the
   * same student there is replaced by two renames: a reader may find nothing for an instant, but
   * never a mixture. When {@code out} is that checkpoint already, nothing is fetched.
   *
   * @return its manifest; empty when nothing was announced for the student
   * @throws CheckpointException when announcements cannot be read, none of the announced
   *     checkpoints is intact, or {@code out} is something else
   */
  public Optional<Manifest> pullIfAny(String student, Path out) {
    List<CheckpointPublished> announced =
        CheckpointLog.read(kafka, topics.checkpoints()).announcements(student);
    Optional<Manifest> present = present(student, out);
    List<String> problems = new ArrayList<>();
    for (int newest = announced.size() - 1; newest >= 0; newest--) {
      CheckpointPublished candidate = announced.get(newest);
      CheckpointId id = CheckpointLog.id(candidate);
      if (present.isPresent() && present.get().id().equals(id)) {
        return present;
      }
      try {
        return Optional.of(replace(candidate, out, present));
      } catch (CheckpointException e) {
        LOG.warn("Announced checkpoint cannot be used: checkpoint={}: {}", id, e.getMessage());
        problems.add(id + ": " + e.getMessage());
      }
    }
    if (problems.isEmpty()) {
      return Optional.empty();
    }
    throw new CheckpointException(
        "none of the %d announced checkpoints of '%s' can be used:\n  %s"
            .formatted(problems.size(), student, String.join("\n  ", problems)));
  }

  /** Returns the intact checkpoint of the student that {@code out} is, if it exists at all. */
  private static Optional<Manifest> present(String student, Path out) {
    if (Files.notExists(out, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    Manifest manifest;
    try {
      manifest = CheckpointVerifier.verify(out);
    } catch (CheckpointException e) {
      throw new CheckpointException(
          "%s exists and is no intact checkpoint, so it is left alone; name another directory or"
                  .formatted(out)
              + " remove it: "
              + e.getMessage(),
          e);
    }
    if (!manifest.student().equals(student)) {
      throw new CheckpointException(
          "%s holds a checkpoint of student '%s', not of '%s'; name another directory"
              .formatted(out, manifest.student(), student));
    }
    return Optional.of(manifest);
  }

  private Manifest replace(CheckpointPublished candidate, Path out, Optional<Manifest> present) {
    CheckpointId id = CheckpointLog.id(candidate);
    if (present.isPresent() && present.get().version().compareTo(id.version()) > 0) {
      throw new CheckpointException(
          "%s holds the newer version %s; remove it to go back"
              .formatted(out, present.get().version()));
    }
    Path target = out.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null) {
      throw new CheckpointException("cannot pull into " + out);
    }
    try (Staging staging = Staging.in(parent);
        Staging old = Staging.in(parent);
        CheckpointStore store = CheckpointStores.at(candidate.getLocation(), id, kafka)) {
      store.fetch(id, staging.directory());
      Manifest manifest =
          CheckpointVerifier.verify(staging.directory(), CheckpointLog.files(candidate));
      if (present.isPresent()) {
        old.discard(target);
      }
      staging.publish(target);
      return manifest;
    } catch (IOException e) {
      throw new CheckpointException("cannot pull %s into %s: %s".formatted(id, out, e), e);
    }
  }
}
