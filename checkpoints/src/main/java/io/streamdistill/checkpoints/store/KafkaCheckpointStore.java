package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.log.TopicReader;
import io.streamdistill.checkpoints.store.ChunkTable.Complete;
import io.streamdistill.checkpoints.store.ChunkTable.Entry;
import io.streamdistill.checkpoints.store.ChunkTable.Live;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.kafka.KafkaSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints as records of a compacted topic: every file in chunks of at most 960 KiB, then one
 * index record, which makes them a checkpoint.
 *
 * <p><b>Atomicity.</b> The index is sent after every chunk is acknowledged, and names the offsets
 * of its chunks; readers see a checkpoint when its index and exactly those chunks are live. A
 * transaction would do the same, but one left open by a {@code kill -9} holds back every
 * read-committed reader of the partition until it times out, other students' included. What a kill
 * leaves here is chunks without an index: invisible, and removed by tombstones at a later put or
 * delete of the student, once they are older than {@link #ORPHAN_AGE}, so that a put under way is
 * never disturbed.
 *
 * <p><b>Cost.</b> The first call reads the topic once to learn what is live, as do the first calls
 * of every process; later calls read only what is new. Memory is bounded by the number of chunks,
 * not by their contents. The records of one student are in one partition.
 *
 * <p>Thread-safe; calls wait for each other.
 */
public final class KafkaCheckpointStore implements CheckpointStore {

  /** Largest piece of a file in one record; with key and framing it fits the 1 MiB default. */
  static final int CHUNK_BYTES = 960 * 1024;

  /** Age at which chunks without an index are taken for those of a killed writer. */
  static final Duration ORPHAN_AGE = Duration.ofHours(1);

  private final KafkaSettings kafka;
  private final String topic;
  private final Clock clock;
  private final Duration timeout;
  private final ChunkTable table = new ChunkTable();
  private final TopicReader reader;
  private @Nullable ChunkWriter writer;

  /**
   * Connects to the store in {@code topic}.
   *
   * @throws CheckpointException when the topic is missing, or the broker cannot be reached within
   *     {@link CheckpointLog#DEFAULT_TIMEOUT}
   */
  public KafkaCheckpointStore(KafkaSettings kafka, String topic) {
    this(kafka, topic, Clock.systemUTC(), CheckpointLog.DEFAULT_TIMEOUT);
  }

  KafkaCheckpointStore(KafkaSettings kafka, String topic, Clock clock, Duration timeout) {
    this.kafka = kafka;
    this.topic = topic;
    this.clock = clock;
    this.timeout = timeout;
    this.reader = TopicReader.open(kafka, topic, timeout);
  }

  @Override
  public synchronized URI put(CheckpointId id, Path directory) {
    List<FileEntry> files = CheckpointVerifier.verifyIs(id, directory).allFiles();
    catchUp();
    if (table.complete(id) != null) {
      throw new CheckpointException(
          "checkpoint %s is stored already, in topic %s; versions are never overwritten"
              .formatted(id, topic));
    }
    clearOrphans(id.student());
    writer().write(id, home(id.student()), directory, files);
    catchUp();
    if (table.complete(id) == null) {
      throw new CheckpointException(
          "checkpoint %s was written to topic %s but is not whole there; does another trainer of"
                  .formatted(id, topic)
              + " this student run, or is the topic not compacted but limited by time or size?");
    }
    return URI.create("kafka:" + topic + "/" + id);
  }

  @Override
  public synchronized void fetch(CheckpointId id, ExpectedFiles expected, Path directory) {
    Complete checkpoint = complete(id);
    VerifiedFetch.into(
        id,
        expected,
        directory,
        new VerifiedFetch.Parts() {
          @Override
          public void manifest(Path file, int maxBytes) throws IOException {
            Complete manifest = checkpoint.only(Set.of(Manifest.FILE_NAME));
            manifest.requireAtMost(maxBytes);
            new ChunkReader(kafka, id, manifest, timeout).writeOnlyFileTo(file);
          }

          @Override
          public void files(List<FileEntry> files, Path target) throws IOException {
            new ChunkReader(kafka, id, checkpoint.exactly(files), timeout).writeTo(target);
          }
        });
  }

  @Override
  public synchronized void fetchFile(CheckpointId id, FileEntry file, Path target) {
    Complete only = complete(id).only(Set.of(file.name())).exactly(List.of(file));
    VerifiedFetch.file(
        id, file, target, copy -> new ChunkReader(kafka, id, only, timeout).writeOnlyFileTo(copy));
  }

  private Complete complete(CheckpointId id) {
    catchUp();
    Complete checkpoint = table.complete(id);
    if (checkpoint == null) {
      throw new CheckpointException(
          "there is no %scheckpoint %s in topic %s on kafka at %s"
              .formatted(
                  table.entry(id) == null ? "" : "complete ", id, topic, kafka.bootstrapServers()));
    }
    return checkpoint;
  }

  @Override
  public synchronized List<CheckpointId> list(String student) {
    catchUp();
    return table.entries(student).keySet().stream()
        .filter(id -> table.complete(id) != null)
        .toList();
  }

  @Override
  public synchronized void delete(CheckpointId id) {
    catchUp();
    Entry entry = table.entry(id);
    if (entry != null) {
      bury(entry);
    }
    clearOrphans(id.student());
  }

  private void catchUp() {
    reader.readToEnd(table::accept);
  }

  private void clearOrphans(String student) {
    table
        .entries(student)
        .forEach(
            (id, entry) -> {
              boolean old = entry.newest().plus(ORPHAN_AGE).isBefore(clock.instant());
              if (old && table.complete(id) == null) {
                bury(entry);
              }
            });
  }

  /** Writes tombstones, the index's first, so that no reader sees an index without its chunks. */
  private void bury(Entry entry) {
    Map<ChunkKey, Live> records = entry.records();
    List<ChunkKey> indexFirst = new ArrayList<>(records.keySet());
    indexFirst.sort((a, b) -> Boolean.compare(b.isIndex(), a.isIndex()));
    writer().bury(indexFirst, records);
  }

  private TopicPartition home(String student) {
    int partitions = reader.partitions().size();
    byte[] name = student.getBytes(StandardCharsets.UTF_8);
    return new TopicPartition(topic, Utils.toPositive(Utils.murmur2(name)) % partitions);
  }

  private ChunkWriter writer() {
    if (writer == null) {
      writer = new ChunkWriter(kafka, timeout);
    }
    return writer;
  }

  @Override
  public synchronized void close() {
    reader.close();
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }
}
