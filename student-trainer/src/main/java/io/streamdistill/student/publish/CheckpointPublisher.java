package io.streamdistill.student.publish;

import io.streamdistill.core.checkpoint.CheckpointException;
import io.streamdistill.core.checkpoint.CheckpointId;
import io.streamdistill.core.checkpoint.CheckpointLog;
import io.streamdistill.core.checkpoint.CheckpointRetention;
import io.streamdistill.core.checkpoint.CheckpointStore;
import io.streamdistill.core.checkpoint.CheckpointVersion;
import io.streamdistill.core.checkpoint.LearningRecord;
import io.streamdistill.core.checkpoint.Manifest;
import io.streamdistill.core.kafka.DeadLetter;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.student.StudentException;
import io.streamdistill.student.source.Rejection;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes checkpoints: files, then store, then, in one transaction, the announcement, the group's
 * offsets and the dead letters. The transactional id is the student's, so a second trainer of the
 * same student fences this one, which stops at its next checkpoint.
 */
public final class CheckpointPublisher {

  private static final Logger log = LoggerFactory.getLogger(CheckpointPublisher.class);

  private final StudentIdentity identity;
  private final CheckpointConfig config;
  private final CheckpointStore store;
  private final CheckpointWriter writer;
  private final Producer<byte[], byte[]> producer;
  private final TopicsConfig topics;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Supplier<List<CheckpointId>> protectedCheckpoints;
  private final Judge gate;
  private final Supplier<Map<String, Double>> holdOut;
  private @Nullable String newest;
  private @Nullable String parent;

  /** Judges what was published. */
  @FunctionalInterface
  public interface Judge {

    /** A checkpoint, its model, and how learning went until then. */
    void judge(CheckpointId id, byte[] model, LearningRecord learning);
  }

  /**
   * Creates a publisher.
   *
   * @param producer transactional, its transactions initialised
   * @param protectedCheckpoints those that aliases stand for, which are never deleted
   * @param gate judges what was published
   * @param holdOut what it will be judged on, as metrics
   * @param newest version of the newest checkpoint of the student, which the next is to follow;
   *     null when there is none
   * @param resumedFrom version that training goes on from, which is an older one when the newest
   *     was of no use; null when it begins
   * @param random source of version suffixes; must not be seeded alike in two trainers
   */
  public CheckpointPublisher(
      StudentIdentity identity,
      CheckpointConfig config,
      CheckpointStore store,
      CheckpointWriter writer,
      Producer<byte[], byte[]> producer,
      TopicsConfig topics,
      InstantSource clock,
      RandomGenerator random,
      Supplier<List<CheckpointId>> protectedCheckpoints,
      Judge gate,
      Supplier<Map<String, Double>> holdOut,
      @Nullable String newest,
      @Nullable String resumedFrom) {
    this.identity = identity;
    this.config = config;
    this.store = store;
    this.writer = writer;
    this.producer = producer;
    this.topics = topics;
    this.clock = clock;
    this.random = random;
    this.protectedCheckpoints = protectedCheckpoints;
    this.gate = gate;
    this.holdOut = holdOut;
    this.newest = newest;
    this.parent = resumedFrom;
  }

  /**
   * Publishes.
   *
   * @param group consumer group that the offsets are committed for
   * @throws StudentException when another trainer of the student has taken over, or Kafka refuses
   * @throws CheckpointException when the checkpoint cannot be written, proven or stored
   */
  void publish(
      StudentSnapshot snapshot,
      ConsumerGroupMetadata group,
      Progress progress,
      List<Rejection> rejections,
      Map<String, Double> metrics,
      LearningRecord learning) {
    CheckpointId id =
        new CheckpointId(
            identity.name(),
            CheckpointVersion.next(newest, progress.step(), clock.instant(), random));
    Path directory = config.workDir().resolve(id.student()).resolve(id.version());
    byte[] model;
    try {
      Manifest manifest =
          writer.write(id, parent, directory, snapshot, progress, metrics, holdOut.get(), learning);
      URI location = store.put(id, directory);
      List<CheckpointId> retired = retired(id);
      announce(manifest, location, group, progress, rejections, retired);
      delete(retired);
      model = CheckpointFiles.read(directory.resolve(CheckpointFiles.MODEL));
    } finally {
      CheckpointFiles.deleteTree(directory);
    }
    newest = id.version();
    parent = id.version();
    log.info(
        "published checkpoint {}: step {}, {} examples seen, {}",
        id,
        progress.step(),
        progress.examplesSeen(),
        metrics);
    gate.judge(id, model, learning);
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

  private void announce(
      Manifest manifest,
      URI location,
      ConsumerGroupMetadata group,
      Progress progress,
      List<Rejection> rejections,
      List<CheckpointId> retired) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    progress
        .position()
        .covered()
        .forEach(
            (partition, offset) ->
                offsets.put(
                    new TopicPartition(identity.topic(), partition),
                    new OffsetAndMetadata(offset)));
    try {
      producer.beginTransaction();
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      sent.add(
          producer.send(
              CheckpointLog.record(
                  topics.checkpoints(),
                  CheckpointLog.announcement(manifest, location, clock.instant()))));
      for (CheckpointId id : retired) {
        sent.add(producer.send(CheckpointLog.withdrawal(topics.checkpoints(), id)));
      }
      for (Rejection rejection : rejections) {
        sent.add(producer.send(deadLetter(rejection, group)));
      }
      producer.sendOffsetsToTransaction(offsets, group);
      producer.commitTransaction(); // throws when one of the sends has failed
      log.debug("{} records committed for checkpoint {}", sent.size(), manifest.id());
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw new StudentException(
          "another trainer of student '%s' has started, and only one may publish; this one stops at step %d. Give the other a different student.name to train both"
              .formatted(identity.name(), progress.step()),
          e);
    } catch (KafkaException e) {
      throw new StudentException(
          "checkpoint %s is stored but could not be announced on topic %s: %s. Start the trainer again: it resumes from the last announced checkpoint"
              .formatted(manifest.id(), topics.checkpoints(), e.getMessage()),
          e);
    }
  }

  private ProducerRecord<byte[], byte[]> deadLetter(
      Rejection rejection, ConsumerGroupMetadata group) {
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
