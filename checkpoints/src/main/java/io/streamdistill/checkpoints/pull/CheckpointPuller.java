package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.store.ExpectedFiles;
import io.streamdistill.checkpoints.store.OpenStores;
import io.streamdistill.checkpoints.store.Staging;
import io.streamdistill.checkpoints.store.StoredModel;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.exit.FileReason;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.onnx.StudentModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings checkpoints of students onto this machine. */
public final class CheckpointPuller {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointPuller.class);

  /** How often a checkpoint may be deleted while it is fetched until that is an error. */
  private static final int MAX_LOOKS = 5;

  private final KafkaSettings kafka;
  private final TopicsConfig topics;
  private final Candidates candidates;
  private final OpenStores stores;
  private final DirectoryLayout layout;
  private final boolean keepsStoresOpen;
  private final TrustedKeys keys;

  /** Creates a puller with the {@linkplain PullOptions#defaults default options}. */
  public CheckpointPuller(Cluster cluster) {
    this(cluster, PullOptions.defaults());
  }

  /** Creates a puller that looks for announcements on {@code topics.checkpoints()}. */
  public CheckpointPuller(Cluster cluster, PullOptions options) {
    this(cluster, options, false);
  }

  /**
   * Creates a puller for those who pull again and again, and close it in the end.
   *
   * @param keepsStoresOpen whether stores stay open from one pull to the next
   */
  CheckpointPuller(Cluster cluster, PullOptions options, boolean keepsStoresOpen) {
    this(cluster, options, keepsStoresOpen, new OpenStores(new CheckpointStores(cluster)));
  }

  /** As {@link #CheckpointPuller(Cluster, PullOptions, boolean)}, from these stores. */
  CheckpointPuller(
      Cluster cluster, PullOptions options, boolean keepsStoresOpen, OpenStores stores) {
    this.kafka = cluster.kafka();
    this.keys = options.keys();
    this.topics = cluster.topics();
    this.candidates = new Candidates(kafka, topics);
    this.stores = stores;
    this.layout = options.layout();
    this.keepsStoresOpen = keepsStoresOpen;
  }

  /** As {@link #pull(String, CheckpointChoice, Path)}, of the newest checkpoint. */
  public Manifest pull(String student, Path out) {
    return pull(student, CheckpointChoice.latest(), out);
  }

  /**
   * Pulls as {@link #pullIfAny} does.
   *
   * @throws CheckpointException also when nothing was announced for the student
   */
  public Manifest pull(String student, CheckpointChoice choice, Path out) {
    return pullIfAny(student, choice, out)
        .orElseThrow(
            () ->
                new CheckpointException(
                    "no checkpoint of student '%s' is announced on topic '%s' of kafka at %s; is the"
                            .formatted(student, topics.checkpoints(), kafka.bootstrapServers())
                        + " name right, and has its trainer published yet?"));
  }

  /**
   * Fetches an announced checkpoint, and verifies it against announcement, manifest and signature,
   * and that its models have no other operators than a student's have, before it appears as {@code
   * out}: a symbolic link to a directory of its version in {@code out.versions}, switched by one
   * rename. Of the latest, the newest one is taken that its store still has intact; an alias or a
   * version is that one or an error. When {@code out} is that checkpoint already, nothing is
   * fetched. What is deleted while it is fetched has been withdrawn: then everything is looked up
   * again.
   *
   * @return its manifest; empty when nothing was announced for the student
   * @throws CheckpointException when announcements cannot be read, the choice stands for nothing,
   *     what it stands for is not intact or not trusted, or {@code out} is something else; {@code
   *     out} is left as it was
   */
  public Optional<Manifest> pullIfAny(String student, CheckpointChoice choice, Path out) {
    return look(student, choice, out).map(Pulled::manifest);
  }

  /**
   * What a look for a checkpoint came to.
   *
   * @param manifest of the checkpoint that is there now
   * @param problems with newer ones that were to be there
   */
  record Pulled(Manifest manifest, List<String> problems) {}

  /** As {@link #pullIfAny}, for those who try again when there were problems. */
  Optional<Pulled> look(String student, CheckpointChoice choice, Path out) {
    try {
      return look(student, choice, out, MAX_LOOKS);
    } finally {
      if (!keepsStoresOpen) {
        stores.close();
      }
    }
  }

  private Optional<Pulled> look(String student, CheckpointChoice choice, Path out, int looks) {
    List<Announcement> announced = candidates.announced(student);
    if (announced.isEmpty()) {
      return Optional.empty();
    }
    PulledDirectory place = PulledDirectory.at(out, layout);
    Optional<Manifest> present = present(student, out, place);
    List<String> problems = new ArrayList<>();
    UnreachableException outage = null;
    for (Announcement candidate : candidates.of(student, choice, announced)) {
      CheckpointId id = candidate.id();
      if (present.isPresent() && present.get().id().equals(id)) {
        requireTrusted(out, place.present(student), id);
        return Optional.of(new Pulled(present.get(), problems));
      }
      if (choice.isLatest() && present.isPresent() && isNewer(present.get(), id)) {
        throw new CheckpointException(
            "%s holds the newer version %s; remove it to go back"
                .formatted(out, present.get().version()));
      }
      try {
        return Optional.of(new Pulled(fetch(candidate, place), problems));
      } catch (IOException e) {
        throw new CheckpointException(
            "cannot pull %s into %s: %s".formatted(id, out, FileReason.of(e)), e);
      } catch (CheckpointException e) {
        LOG.warn("Announced checkpoint cannot be used: checkpoint={}: {}", id, e.getMessage());
        if (looks > 1 && candidates.isWithdrawn(id)) {
          return look(student, choice, out, looks - 1);
        }
        problems.add(id + ": " + e.getMessage());
        outage = e instanceof UnreachableException away ? away : outage;
      }
    }
    String message =
        "none of the %d announced checkpoints of '%s' can be used:\n  %s"
            .formatted(problems.size(), student, String.join("\n  ", problems));
    throw outage == null
        ? new CheckpointException(message)
        : new UnreachableException(message, outage);
  }

  private static boolean isNewer(Manifest present, CheckpointId id) {
    return present.version().compareTo(id.version()) > 0;
  }

  /** Returns the intact checkpoint of the student that {@code out} is, if it exists at all. */
  private static Optional<Manifest> present(String student, Path out, PulledDirectory place) {
    place.requireFree();
    if (!place.exists() || place.isEmptyDirectory()) {
      return Optional.empty();
    }
    Manifest manifest;
    try {
      manifest = CheckpointVerifier.verify(place.present(student));
    } catch (CheckpointException e) {
      throw new CheckpointException(
          "%s exists and is no intact checkpoint, so it is left alone; name another directory, such as %s, or remove it: "
                  .formatted(out, out.resolve("model"))
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

  /** What was pulled before may have been pulled without asking for a signature. */
  private void requireTrusted(Path out, Path checkpoint, CheckpointId id) {
    try {
      keys.requireSigned(checkpoint);
    } catch (CheckpointException e) {
      throw new CheckpointException(
          "%s is %s already, which it would not become now; remove it: %s"
              .formatted(out, id, e.getMessage()),
          e);
    }
  }

  private Manifest fetch(Announcement candidate, PulledDirectory place) throws IOException {
    CheckpointId id = candidate.id();
    if (!place.has(id, keys)) {
      try (Staging staging = Staging.in(place.versions())) {
        Path checkpoint = layout.checkpoint(staging.directory(), id);
        List<FileEntry> announced = candidate.files();
        stores.fetch(candidate.location(), id, ExpectedFiles.announced(announced), checkpoint);
        Manifest manifest = CheckpointVerifier.announced(checkpoint, announced); // hashed already
        keys.requireSigned(checkpoint);
        requireModelsOfStudent(checkpoint, manifest);
        layout.complete(staging.directory(), manifest);
        place.discard(id.version());
        place.add(staging, id);
      }
    }
    place.switchTo(id);
    return Manifest.read(place.checkpoint(id));
  }

  /** Closes the stores that stayed open. */
  void close() {
    stores.close();
  }

  private static void requireModelsOfStudent(Path directory, Manifest manifest) {
    for (String name : StoredModel.names(manifest)) {
      StudentModel.problem(directory.resolve(name))
          .ifPresent(
              problem -> {
                throw new CheckpointException(
                    "%s is no model of a student: it %s"
                        .formatted(directory.resolve(name), problem));
              });
    }
  }
}
