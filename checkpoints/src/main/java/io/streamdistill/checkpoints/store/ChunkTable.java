package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.store.ChunkIndex.ChunkedFile;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which records of the {@code kafka:} store are live, by checkpoint; holds no file contents. */
final class ChunkTable {

  private static final Logger LOG = LoggerFactory.getLogger(ChunkTable.class);

  /** A record that no later record with its key has replaced. */
  record Live(TopicPartition partition, long offset) {}

  /** The live records of one checkpoint. */
  static final class Entry {

    private final Map<ChunkKey, Live> records = new HashMap<>();
    private @Nullable ChunkIndex index;
    private Instant newest = Instant.EPOCH;

    /** When the newest of the records was written, by the clock of its writer. */
    Instant newest() {
      return newest;
    }

    /** Every live record, the index included. */
    Map<ChunkKey, Live> records() {
      return Map.copyOf(records);
    }
  }

  /** A checkpoint that can be read: its index and the partition of all its records. */
  record Complete(ChunkIndex index, TopicPartition partition) {

    /** As if these files were the only ones. */
    Complete only(Set<String> names) {
      List<ChunkedFile> named =
          index.files().stream().filter(one -> names.contains(one.file().name())).toList();
      if (named.size() != names.size()) {
        throw new CheckpointException("%s is not in %s".formatted(names, partition));
      }
      return new Complete(new ChunkIndex(index.format(), named), partition);
    }

    /** As if these files were the only ones, of which the index must say the same. */
    Complete exactly(List<FileEntry> expected) {
      Complete named = only(expected.stream().map(FileEntry::name).collect(Collectors.toSet()));
      for (ChunkedFile one : named.index().files()) {
        if (!expected.contains(one.file())) {
          throw new CheckpointException(
              "%s in %s is %s, expected %s"
                  .formatted(
                      one.file().name(),
                      partition,
                      one.file(),
                      expected.stream()
                          .filter(file -> file.name().equals(one.file().name()))
                          .toList()));
        }
      }
      return named;
    }

    /** Refuses files that are larger, by what the index says of them. */
    void requireAtMost(int maxBytes) {
      for (ChunkedFile one : index.files()) {
        if (one.file().size() > maxBytes) {
          throw new CheckpointException(
              "%s in %s has %d bytes, expected at most %d"
                  .formatted(one.file().name(), partition, one.file().size(), maxBytes));
        }
      }
    }
  }

  private final Map<CheckpointId, Entry> entries = new HashMap<>();

  /** Takes in the next record of the topic. */
  void accept(ConsumerRecord<byte[], byte[]> record) {
    try {
      ChunkKey key = ChunkKey.fromBytes(record.key());
      if (record.value() == null) {
        remove(key);
        return;
      }
      Entry entry = entries.computeIfAbsent(key.id(), id -> new Entry());
      entry.records.put(
          key, new Live(new TopicPartition(record.topic(), record.partition()), record.offset()));
      Instant written = Instant.ofEpochMilli(record.timestamp());
      entry.newest = entry.newest.isBefore(written) ? written : entry.newest;
      if (key.isIndex()) {
        entry.index = null;
        entry.index = ChunkIndex.fromBytes(record.value());
      }
    } catch (IllegalArgumentException | CheckpointException e) {
      LOG.warn(
          "Ignored a record that belongs to no checkpoint: topic={} partition={} offset={}: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
    }
  }

  private void remove(ChunkKey key) {
    Entry entry = entries.get(key.id());
    if (entry == null) {
      return;
    }
    entry.records.remove(key);
    if (key.isIndex()) {
      entry.index = null;
    }
    if (entry.records.isEmpty()) {
      entries.remove(key.id());
    }
  }

  /** Returns what is known of a checkpoint, whole or not. */
  @Nullable Entry entry(CheckpointId id) {
    return entries.get(id);
  }

  /** The checkpoints of a student of which anything is live, oldest version first. */
  Map<CheckpointId, Entry> entries(String student) {
    Map<CheckpointId, Entry> ofStudent = new TreeMap<>(Comparator.comparing(CheckpointId::version));
    entries.forEach(
        (id, entry) -> {
          if (id.student().equals(student)) {
            ofStudent.put(id, entry);
          }
        });
    return ofStudent;
  }

  /**
   * Returns a checkpoint whose index and every chunk that the index names are live, else null. So
   * an index that arrives late, after another writer has cleared its chunks, shows nothing.
   */
  @Nullable Complete complete(CheckpointId id) {
    Entry entry = entries.get(id);
    Live at = entry == null ? null : entry.records.get(ChunkKey.index(id));
    if (entry == null || entry.index == null || at == null) {
      return null;
    }
    for (ChunkedFile file : entry.index.files()) {
      List<Long> offsets = file.offsets();
      for (int chunk = 0; chunk < offsets.size(); chunk++) {
        Live expected = new Live(at.partition(), offsets.get(chunk));
        ChunkKey key = ChunkKey.chunk(id, file.file().name(), chunk);
        if (!expected.equals(entry.records.get(key))) {
          return null;
        }
      }
    }
    return new Complete(entry.index, at.partition());
  }
}
