package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.checkpoints.log.TopicReader;
import io.streamdistill.checkpoints.store.ChunkIndex.ChunkedFile;
import io.streamdistill.checkpoints.store.ChunkTable.Complete;
import io.streamdistill.kafka.KafkaSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Streams the chunks of one checkpoint to disk in one pass, hashing them on the way. */
final class ChunkReader {

  private final KafkaSettings kafka;
  private final CheckpointId id;
  private final Complete checkpoint;
  private final Duration timeout;
  private final NavigableMap<Long, ChunkedFile> awaited = new TreeMap<>(); // by offset
  private final Map<ChunkedFile, MessageDigest> digests = new HashMap<>();
  private final Map<ChunkedFile, Long> sizes = new HashMap<>(); // so far

  ChunkReader(KafkaSettings kafka, CheckpointId id, Complete checkpoint, Duration timeout) {
    this.kafka = kafka;
    this.id = id;
    this.checkpoint = checkpoint;
    this.timeout = timeout;
    for (ChunkedFile file : checkpoint.index().files()) {
      file.offsets().forEach(offset -> awaited.put(offset, file));
      digests.put(file, FileTree.sha256());
    }
  }

  /** Writes every file under {@code directory}, in which their directories are, and fsyncs it. */
  void writeTo(Path directory) throws IOException {
    write(file -> directory.resolve(file.file().name()));
  }

  /** Writes the one file of the checkpoint, and fsyncs it. */
  void writeOnlyFileTo(Path target) throws IOException {
    write(file -> target);
  }

  private void write(Function<ChunkedFile, Path> place) throws IOException {
    for (ChunkedFile file : checkpoint.index().files()) {
      Files.createFile(place.apply(file));
    }
    if (!awaited.isEmpty()) {
      readChunks(place);
    }
    for (ChunkedFile file : checkpoint.index().files()) {
      requireIntact(file);
      FileTree.fsync(place.apply(file));
    }
  }

  private void readChunks(Function<ChunkedFile, Path> place) throws IOException {
    long end = awaited.lastKey() + 1;
    try (TopicReader reader =
        TopicReader.openAt(kafka, checkpoint.partition(), awaited.firstKey(), timeout)) {
      reader.readUntil(Map.of(checkpoint.partition(), end), record -> append(record, place));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (!awaited.isEmpty()) {
      throw new CheckpointException(
          "checkpoint %s lost chunks of %s from %s at offsets %s; was it deleted just now?"
              .formatted(
                  id,
                  awaited.values().stream().map(file -> file.file().name()).distinct().toList(),
                  checkpoint.partition(),
                  awaited.keySet()));
    }
  }

  private void append(ConsumerRecord<byte[], byte[]> record, Function<ChunkedFile, Path> place) {
    if (record.value() == null) {
      return;
    }
    ChunkedFile file = awaited.remove(record.offset());
    MessageDigest digest = file == null ? null : digests.get(file);
    if (file == null || digest == null) {
      return; // of another checkpoint
    }
    long size = sizes.merge(file, (long) record.value().length, Long::sum);
    if (size > file.file().size()) {
      throw VerifiedFetch.otherSize(id, file.file(), "at least %d bytes".formatted(size));
    }
    digest.update(record.value());
    try (OutputStream out = Files.newOutputStream(place.apply(file), StandardOpenOption.APPEND)) {
      out.write(record.value());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireIntact(ChunkedFile file) {
    MessageDigest digest = digests.get(file);
    String sha256 = digest == null ? "none" : HexFormat.of().formatHex(digest.digest());
    if (!sha256.equals(file.file().sha256())) {
      throw new CheckpointException(
          "%s of checkpoint %s has sha-256 %s in the store, expected %s"
              .formatted(file.file().name(), id, sha256, file.file().sha256()));
    }
  }
}
