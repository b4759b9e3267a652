package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.CheckpointVersion;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.CheckpointRetention;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.DeadLetter;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.source.Rejection;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes checkpoints: files, then store, then, in one transaction, the announcement, the group's
 * offsets and the dead letters. What has failed can be tried again: it is done once.
 */
public final class CheckpointPublisher {

  private static final Logger log = LoggerFactory.getLogger(CheckpointPublisher.class);

  private final StudentIdentity identity;
  private final CheckpointConfig config;
  private final CheckpointStore store;
  private final CheckpointWriter writer;
  private final Transactions transactions;
  private final ConsumerGroupMetadata group;
  private final TopicsConfig topics;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Supplier<List<CheckpointId>> protectedCheckpoints;
  private final Judge gate;
  private final Supplier<Map<String, Double>> holdOut;
  private final Committed committed;
  private @Nullable String newest;
  private @Nullable String parent;
  private Lineage lineage;

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

  /** Judges what was published. */
  @FunctionalInterface
  public interface Judge {

    /** A checkpoint, its model, and how learning went until then. */
    void judge(CheckpointId id, byte[] model, LearningRecord learning);
  }

  /**
   * Creates a publisher.
   *
   * @param group consumer group that the offsets are committed for
   * @param committed tells whether a transaction whose end is not known was committed
   * @param protectedCheckpoints those that aliases stand for, which are never deleted
   * @param gate judges what was published
   * @param holdOut what it will be judged on, as metrics
   * @param newest version of the newest checkpoint of the student, which the next is to follow;
   *     null when there is none
   * @param resumedFrom version that training goes on from, which is an older one when the newest
   *     was of no use; null when it begins
   * @param lineage of what training goes on from
   * @param random source of version suffixes; must not be seeded alike in two trainers
   */
  public CheckpointPublisher(
      StudentIdentity identity,
      CheckpointConfig config,
      CheckpointStore store,
      CheckpointWriter writer,
      Transactions transactions,
      ConsumerGroupMetadata group,
      Committed committed,
      TopicsConfig topics,
      InstantSource clock,
      RandomGenerator random,
      Supplier<List<CheckpointId>> protectedCheckpoints,
      Judge gate,
      Supplier<Map<String, Double>> holdOut,
      @Nullable String newest,
      @Nullable String resumedFrom,
      Lineage lineage) {
    this.identity = identity;
    this.config = config;
    this.store = store;
    this.writer = writer;
    this.transactions = transactions;
    this.group = group;
    this.committed = committed;
    this.topics = topics;
    this.clock = clock;
    this.random = random;
    this.protectedCheckpoints = protectedCheckpoints;
    this.gate = gate;
    this.holdOut = holdOut;
    this.newest = newest;
    this.parent = resumedFrom;
    this.lineage = lineage;
  }

  /** Name of the student. */
  String student() {
    return identity.name();
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
    boolean nothingLeft = transactions.open();
    if (nothingLeft || !attempt.announcing || !committed.isAnnounced(draft.id())) {
      URI location = stored(attempt, draft);
      List<CheckpointId> retired = retired(draft.id());
      committed.requireSameLog(attempt.publication.progress().position());
      attempt.announcing = true;
      transactions.commit(
          announcement(draft.manifest(), location, attempt.publication.rejections(), retired),
          offsets(attempt.publication.progress()),
          group);
      delete(retired);
    }
    newest = draft.id().version();
    parent = draft.id().version();
    lineage = draft.lineage();
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
    CheckpointId id =
        new CheckpointId(
            identity.name(),
            CheckpointVersion.next(newest, publication.progress().step(), clock.instant(), random));
    Path directory = config.workDir().resolve(id.student()).resolve(id.version());
    Lineage grown =
        lineage.with(
            new Lineage.Segment(
                parent,
                publication.orderStep(),
                publication.learning().rateFactor(),
                publication.order()));
    try {
      return new Draft(
          id,
          directory,
          writer.write(
              id,
              parent,
              directory,
              attempt.snapshot,
              publication.progress(),
              publication.metrics(),
              holdOut.get(),
              publication.learning(),
              grown),
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
    Map<TopicPartition, OffsetAndMetadata> offsets = offsets(progress);
    if (!transactions.open() && again && isCommitted(offsets)) {
      return;
    }
    committed.requireSameLog(progress.position());
    transactions.commit(rejections.stream().map(this::deadLetter).toList(), offsets, group);
  }

  private boolean isCommitted(Map<TopicPartition, OffsetAndMetadata> wanted) {
    Map<Integer, Long> found = committed.offsets();
    return wanted.entrySet().stream()
        .allMatch(
            each -> found.getOrDefault(each.getKey().partition(), -1L) >= each.getValue().offset());
  }

  /** Without knowledge of the aliases nothing may go; the next publication tries again. */
  private List<CheckpointId> retired(CheckpointId published) {
    try {
      List<CheckpointId> kept = new ArrayList<>(protectedCheckpoints.get());
      kept.add(published);
      return CheckpointRetention.expired(
          store.list(published.student()), config.keep(), config.keepFor(), clock.instant(), kept);
    } catch (CheckpointException e) {
      log.warn("no old checkpoint of {} is deleted now: {}", identity.name(), e.getMessage());
      return List.of();
    }
  }

  private List<ProducerRecord<byte[], byte[]>> announcement(
      Manifest manifest, URI location, List<Rejection> rejections, List<CheckpointId> retired) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(
        CheckpointLog.record(
            topics.checkpoints(), CheckpointLog.announcement(manifest, location, clock.instant())));
    retired.forEach(id -> records.add(CheckpointLog.withdrawal(topics.checkpoints(), id)));
    rejections.forEach(rejection -> records.add(deadLetter(rejection)));
    return records;
  }

  private Map<TopicPartition, OffsetAndMetadata> offsets(Progress progress) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    progress
        .position()
        .covered()
        .forEach(
            (partition, offset) ->
                offsets.put(
                    new TopicPartition(identity.topic(), partition),
                    new OffsetAndMetadata(offset)));
    return offsets;
  }

  private ProducerRecord<byte[], byte[]> deadLetter(Rejection rejection) {
    return DeadLetter.of(
        topics.deadLetters(),
        rejection.record(),
        rejection.reason(),
        rejection.detail(),
        group.groupId());
  }

  /** Deletes checkpoints whose announcements are withdrawn; the next publication tries again. */
  private void delete(List<CheckpointId> retired) {
    try {
      retired.forEach(store::delete);
    } catch (CheckpointException e) {
      log.warn("old checkpoints of {} were not deleted: {}", identity.name(), e.getMessage());
    }
  }
}
