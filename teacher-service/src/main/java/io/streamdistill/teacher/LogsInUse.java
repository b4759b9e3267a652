package io.streamdistill.teacher;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** Which topics every thread reads and writes, by their ids, and which there are. Thread-safe. */
final class LogsInUse {

  @SuppressWarnings("ThreadLocalUsage") // of a service, which a process has one of
  private final ThreadLocal<@Nullable LogIdentity> mine = new ThreadLocal<>();

  private volatile @Nullable LogIdentity known; // what the last thread that began reads and writes
  private volatile @Nullable LogIdentity seen; // what there is, in passing

  /** What this thread reads and writes; null before it begins. */
  @Nullable LogIdentity mine() {
    return mine.get();
  }

  /** What the last thread that began reads and writes; null before the first. */
  @Nullable LogIdentity known() {
    return known;
  }

  /** This thread begins to read and write these. */
  void begin(LogIdentity now) {
    mine.set(now);
    known = now;
    seen = now;
  }

  /** This thread goes on in another transfer set. */
  void follow(LogIdentity before, Uuid transferSet) {
    mine.set(new LogIdentity(transferSet, before.softTargets()));
  }

  /** The transfer set is this one now. */
  void seenTransferSet(Uuid id) {
    LogIdentity there = seen;
    if (there != null) {
      seen = new LogIdentity(id, there.softTargets());
    }
  }

  /** The topic of soft targets is this one now. */
  void seenSoftTargets(Uuid id) {
    LogIdentity there = seen;
    if (there != null) {
      seen = new LogIdentity(there.transferSet(), id);
    }
  }

  /**
   * Forgets what this thread reads and writes when there are others.
   *
   * @return what there is instead, and whether the transfer set is another; empty when all is well
   */
  Optional<Replaced> replaced() {
    LogIdentity then = mine.get();
    LogIdentity now = seen;
    if (then == null || now == null || then.equals(now)) {
      return Optional.empty();
    }
    mine.remove();
    return Optional.of(new Replaced(now, !then.transferSet().equals(now.transferSet())));
  }

  /** Other topics than a thread's. */
  record Replaced(LogIdentity now, boolean transferSet) {}

  /** Writes on offsets which topics they are of. */
  Map<TopicPartition, OffsetAndMetadata> stamped(Map<TopicPartition, OffsetAndMetadata> offsets) {
    LogIdentity now = mine.get();
    Map<TopicPartition, OffsetAndMetadata> stamped = new HashMap<>(offsets);
    if (now != null) {
      stamped.replaceAll((partition, offset) -> now.on(offset));
    }
    return stamped;
  }

  /** As Kafka Streams committed it; nothing for an offset of another log. */
  Optional<OffsetAndMetadata> plain(OffsetAndMetadata offset) {
    LogIdentity now = mine.get();
    boolean usable =
        now == null
            || LogIdentity.of(offset)
                .map(then -> then.transferSet().equals(now.transferSet()))
                .orElse(true);
    return usable ? Optional.of(LogIdentity.plain(offset)) : Optional.empty();
  }
}
