package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.source.Rejection;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes checkpoints: files, then store, then, in one transaction, the announcement, the group's
 * offsets and the dead letters. What has failed can be tried again: it is done once.
 */
public final class CheckpointPublisher {

  private static final Logger log = LoggerFactory.getLogger(CheckpointPublisher.class);

  private final StoredCheckpoints store;
  private final CheckpointWriter writer;
  private final Announcements announcements;
  private final Committed committed;
  private final Judge gate;
  private final Descent descent;

  /** What Kafka holds of the student's log and publications. */
  public interface Committed {

    /**
     * Makes sure that the log is still the one that was read.
     *
     * @throws io.streamdistill.kafka.LostRecordsException when it is not
     */
    void requireSameLog(LogPosition position);

    /** Whether a checkpoint is announced. */
    boolean isAnnounced(CheckpointId id);

    /** The group's offsets in the soft-target topic, by partition; without those not committed. */
    Map<Integer, Long> offsets();
  }

  /** A checkpoint that lies in the work directory, whole and proven. */
  private record Draft(CheckpointId id, Path directory, Manifest manifest, Lineage lineage) {}

  /** A checkpoint on its way, as far as it has come. */
  static final class Attempt {
    private final StudentSnapshot snapshot;
    private final Publication publication;
    private @Nullable Draft draft;
    private @Nullable URI location; // once it is stored
    private boolean storing; // was tried
    private boolean announcing; // was tried

    Attempt(StudentSnapshot snapshot, Publication publication) {
      this.snapshot = snapshot;
      this.publication = publication;
    }
  }

  /**
   * Creates a publisher.
   *
   * @param committed tells whether a transaction whose end is not known was committed
   * @param gate judges what was published
   */
  public CheckpointPublisher(
      StoredCheckpoints store,
      CheckpointWriter writer,
      Announcements announcements,
      Committed committed,
      Judge gate,
      Descent descent) {
    this.store = store;
    this.writer = writer;
    this.announcements = announcements;
    this.committed = committed;
    this.gate = gate;
    this.descent = descent;
  }

  /** Name of the student. */
  String student() {
    return descent.student();
  }

  /**
   * Publishes a checkpoint, or goes on where the last try of the same one has failed.
   *
   * @throws FencedException when another trainer of the student has taken over
   * @throws KafkaException when Kafka does not answer, or refuses
   * @throws CheckpointException when the checkpoint cannot be written, proven or stored
   */
  void publish(Attempt attempt) {
    Draft draft = attempt.draft;
    if (draft == null) {
      draft = write(attempt);
      attempt.draft = draft;
    }
    byte[] model = CheckpointFiles.read(draft.directory().resolve(CheckpointFiles.MODEL));
    boolean nothingLeft = announcements.open();
    if (nothingLeft || !attempt.announcing || !committed.isAnnounced(draft.id())) {
      URI location = stored(attempt, draft);
      List<CheckpointId> retired = store.retired(draft.id());
      committed.requireSameLog(attempt.publication.progress().position());
      attempt.announcing = true;
      announcements.announce(
          draft.manifest(),
          location,
          retired,
          attempt.publication.rejections(),
          attempt.publication.progress());
      store.deleteRetired(retired);
    }
    descent.goOn(draft.id(), draft.lineage());
    Progress progress = attempt.publication.progress();
    log.info(
        "published checkpoint {}: step {}, {} examples seen, {}",
        draft.id(),
        progress.step(),
        progress.examplesSeen(),
        attempt.publication.metrics());
    judge(draft.id(), model, attempt.publication.learning());
  }

  private Draft write(Attempt attempt) {
    Publication publication = attempt.publication;
    CheckpointId id = descent.next(publication.progress().step());
    Path directory = store.workDirectory(id);
    Lineage grown = descent.with(publication);
    try {
      return new Draft(
          id,
          directory,
          writer.write(
              id,
              descent.parent(),
              directory,
              attempt.snapshot,
              new CheckpointWriter.Told(
                  publication.progress(),
                  publication.metrics(),
                  gate.metrics(),
                  publication.learning(),
                  grown)),
          grown);
    } catch (RuntimeException e) {
      CheckpointFiles.deleteTree(directory);
      throw e;
    }
  }

  private URI stored(Attempt attempt, Draft draft) {
    URI location = attempt.location;
    if (location == null) {
      if (attempt.storing) {
        store.delete(draft.id()); // it may be there in part, or whole: nobody was told of it
      }
      attempt.storing = true;
      location = store.put(draft.id(), draft.directory());
      attempt.location = location;
    }
    return location;
  }

  /** It is published, whatever comes of the gate: the next one is judged again. */
  private void judge(CheckpointId id, byte[] model, LearningRecord learning) {
    try {
      gate.judge(id, model, learning);
    } catch (CheckpointException | KafkaException | BrokerException e) {
      log.warn("checkpoint {} is not judged by the gate: {}", id, e.getMessage());
    }
  }

  /** Deletes what an attempt has left in the work directory. */
  void dispose(Attempt attempt) {
    Draft draft = attempt.draft;
    if (draft != null) {
      CheckpointFiles.deleteTree(draft.directory());
    }
  }

  /**
   * Moves records that are not fit to the dead letters, without a checkpoint: the group's offsets
   * say that it was done.
   *
   * @param again whether this was tried before, and has failed
   * @throws FencedException when another trainer of the student has taken over
   * @throws KafkaException when Kafka does not answer, or refuses
   */
  void publishRejections(List<Rejection> rejections, Progress progress, boolean again) {
    if (!announcements.open() && again && isCommitted(progress)) {
      return;
    }
    committed.requireSameLog(progress.position());
    announcements.reject(rejections, progress);
  }

  private boolean isCommitted(Progress progress) {
    Map<Integer, Long> found = committed.offsets();
    return progress.position().covered().entrySet().stream()
        .allMatch(each -> found.getOrDefault(each.getKey(), -1L) >= each.getValue());
  }
}
