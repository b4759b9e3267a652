package io.streamdistill.teacher;

import io.streamdistill.kafka.LostRecords;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.TopicSnapshot;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.teacher.LogsInUse.Replaced;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that no offset is used on another log than it was committed for, and that nothing is
 * skipped unsaid: what retention took, and topics that were deleted and created anew. Thread-safe.
 */
final class TransferLog {

  private static final Logger log = LoggerFactory.getLogger(TransferLog.class);

  private final ThreadLooks looks;
  private final TopicsConfig topics;
  private final Losses losses;

  private final LogsInUse logs = new LogsInUse();
  private final Standing standing;
  private Uuid deadLetters = Uuid.ZERO_UUID;

  TransferLog(TopicWatch watch, TopicsConfig topics, Losses losses) {
    this.looks = new ThreadLooks(watch, topics);
    this.topics = topics;
    this.losses = losses;
    this.standing = new Standing(watch, topics, losses);
  }

  /**
   * Looks at the partitions that were assigned just now.
   *
   * @param partitions that were assigned
   * @param committed of those that have an offset
   * @return where to go on in partitions whose offset is of no use
   * @throws LostRecordsException when that is not allowed
   */
  synchronized Map<TopicPartition, Long> assigned(
      Collection<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
    TopicSnapshot transferSet = looks.at(topics.transferSet());
    Uuid softTargets = looks.ids().getOrDefault(topics.softTargets(), Uuid.ZERO_UUID);
    if (!transferSet.exists() || softTargets.equals(Uuid.ZERO_UUID)) {
      throw new TimeoutException("a topic is missing, perhaps for a moment only");
    }
    LogIdentity before = logs.known();
    if (before != null && !before.transferSet().equals(transferSet.id())) {
      standing.transferSetGone(before);
    }
    standing.begin(partitions, committed, transferSet);
    logs.begin(new LogIdentity(transferSet.id(), softTargets));
    List<LostRecords> lost = new ArrayList<>();
    committed.forEach(
        (partition, offset) -> {
          Optional<LogIdentity> identity =
              LogIdentity.of(offset).or(() -> Optional.ofNullable(before));
          Uuid then = identity.map(LogIdentity::transferSet).orElse(Uuid.ZERO_UUID);
          transferSet.lost(Map.of(partition.partition(), offset.offset()), then).stream()
              .map(some -> standing.upToItsEnd(some, then))
              .forEach(lost::add);
          identity.ifPresent(
              old -> requireSoftTargets(old.softTargets(), softTargets, partition, offset));
        });
    return goOn(transferSet, lost);
  }

  /**
   * A position is before the beginning, or beyond the end.
   *
   * @param positions that Kafka has no record at
   * @return where to go on
   * @throws LostRecordsException when that is not allowed
   */
  synchronized Map<TopicPartition, Long> outOfRange(Map<TopicPartition, Long> positions) {
    TopicSnapshot transferSet = looks.at(topics.transferSet());
    Map<Integer, Long> next = new HashMap<>();
    positions.forEach((partition, offset) -> next.put(partition.partition(), offset));
    LogIdentity before = logs.mine();
    Uuid then = before == null ? Uuid.ZERO_UUID : before.transferSet();
    if (before != null && transferSet.exists()) {
      logs.follow(before, transferSet.id());
    }
    return goOn(
        transferSet,
        transferSet.lost(next, then).stream()
            .map(some -> standing.upToItsEnd(some, then))
            .toList());
  }

  private Map<TopicPartition, Long> goOn(TopicSnapshot topic, List<LostRecords> lost) {
    losses.tell(lost);
    Map<TopicPartition, Long> next = new HashMap<>();
    for (LostRecords some : lost) {
      next.put(
          new TopicPartition(topic.topic(), some.partition()),
          topic.beginnings().getOrDefault(some.partition(), 0L));
    }
    return next;
  }

  private void requireSoftTargets(
      Uuid then, Uuid now, TopicPartition partition, OffsetAndMetadata committed) {
    if (another(then, now)) {
      standing.tellSoftTargets(partition, committed.offset());
    }
  }

  /**
   * Before a commit: asks whether the topics are those that were read and written.
   *
   * @throws LostRecordsException when they are not, and the service is to stop
   * @throws KafkaException when they are not, and the transaction is to be done again
   */
  synchronized void requireSame() {
    LogIdentity then = logs.mine();
    if (then == null) {
      return;
    }
    Map<String, Uuid> now;
    try {
      now = looks.ids();
    } catch (TimeoutException e) {
      return; // then the commit fails of itself, or meets the same broker as before
    }
    boolean source = another(then.transferSet(), now.get(topics.transferSet()));
    boolean output = another(then.softTargets(), now.get(topics.softTargets()));
    boolean letters = another(deadLetters, now.get(topics.deadLetters()));
    deadLetters = now.getOrDefault(topics.deadLetters(), deadLetters);
    if (source) {
      standing.transferSetGone(logs.known());
    }
    if (letters) {
      log.warn("Topic '{}' was deleted and created anew", topics.deadLetters());
    }
    if (source || output || letters) {
      throw new KafkaException(
          "topic '%s' was deleted and created anew; what is not committed is done again"
              .formatted(
                  source
                      ? topics.transferSet()
                      : output ? topics.softTargets() : topics.deadLetters()));
    }
  }

  private static boolean another(Uuid then, @Nullable Uuid now) {
    return now != null
        && !now.equals(Uuid.ZERO_UUID)
        && !then.equals(Uuid.ZERO_UUID)
        && !now.equals(then);
  }

  /** Takes a look that somebody else had. */
  synchronized void seen(TopicSnapshot topic) {
    LogIdentity then = logs.known();
    if (then == null || !topic.exists()) {
      return;
    }
    if (topic.topic().equals(topics.transferSet())) {
      if (topic.id().equals(then.transferSet())) {
        standing.seen(topic);
      }
      logs.seenTransferSet(topic.id());
    } else if (topic.topic().equals(topics.softTargets())) {
      logs.seenSoftTargets(topic.id());
    }
  }

  /**
   * Before a poll.
   *
   * @throws KafkaException when this thread reads or writes a topic that is no more, and must begin
   *     anew
   */
  void requireFresh() {
    Optional<Replaced> replaced = logs.replaced();
    if (replaced.isPresent()) {
      if (replaced.get().transferSet()) {
        replaced(replaced.get().now());
      }
      throw new KafkaException(
          "topic '%s' or '%s' was deleted and created anew"
              .formatted(topics.transferSet(), topics.softTargets()));
    }
  }

  private synchronized void replaced(LogIdentity now) {
    LogIdentity before = logs.known();
    if (before != null && !before.transferSet().equals(now.transferSet())) {
      standing.transferSetGone(logs.known());
    }
  }

  /**
   * The transfer set is gone, and not for a moment.
   *
   * @throws LostRecordsException when the service is to stop
   */
  synchronized void gone() {
    standing.transferSetGone(logs.known());
  }

  /**
   * The soft targets are gone, and not for a moment.
   *
   * @throws LostRecordsException when the service is to stop
   */
  synchronized void softTargetsGone() {
    standing.softTargetsGone();
  }

  /** Writes on offsets which topics they are of. */
  Map<TopicPartition, OffsetAndMetadata> stamped(Map<TopicPartition, OffsetAndMetadata> offsets) {
    return logs.stamped(offsets);
  }

  /** Offsets were committed. */
  synchronized void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
    standing.committed(offsets);
  }

  /** As Kafka Streams committed it; nothing for an offset of another log. */
  Optional<OffsetAndMetadata> plain(OffsetAndMetadata offset) {
    return logs.plain(offset);
  }
}
