package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.kafka.DeadLetter;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.student.source.Rejection;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What a trainer tells the world, each time in one transaction with the offsets that it covers:
 * checkpoints, and records that are not fit.
 */
public final class Announcements {

  private final Transactions transactions;
  private final ConsumerGroupMetadata group;
  private final TopicsConfig topics;
  private final InstantSource clock;

  /**
   * Creates it.
   *
   * @param group consumer group that the offsets are committed for
   */
  public Announcements(
      Transactions transactions,
      ConsumerGroupMetadata group,
      TopicsConfig topics,
      InstantSource clock) {
    this.transactions = transactions;
    this.group = group;
    this.topics = topics;
    this.clock = clock;
  }

  /** As {@link Transactions#open}. */
  boolean open() {
    return transactions.open();
  }

  /** Announces a checkpoint, withdraws old ones, and moves what was rejected. */
  void announce(
      Manifest manifest,
      URI location,
      List<CheckpointId> withdrawn,
      List<Rejection> rejections,
      Progress progress) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(
        CheckpointLog.record(
            topics.checkpoints(), CheckpointLog.announcement(manifest, location, clock.instant())));
    withdrawn.forEach(id -> records.add(CheckpointLog.withdrawal(topics.checkpoints(), id)));
    rejections.forEach(rejection -> records.add(deadLetter(rejection)));
    transactions.commit(records, offsets(progress), group);
  }

  /** Moves records that are not fit to the dead letters. */
  void reject(List<Rejection> rejections, Progress progress) {
    transactions.commit(
        rejections.stream().map(this::deadLetter).toList(), offsets(progress), group);
  }

  private Map<TopicPartition, OffsetAndMetadata> offsets(Progress progress) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    progress
        .position()
        .covered()
        .forEach(
            (partition, offset) ->
                offsets.put(
                    new TopicPartition(topics.softTargets(), partition),
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
}
