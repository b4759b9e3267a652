package io.streamdistill.checkpoints.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.TopicReader;
import io.streamdistill.checkpoints.store.ChunkTable.Complete;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.testkit.TestBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestBroker.class)
class KafkaCheckpointStoreTest extends CheckpointStoreContract {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final TestBroker.Running broker;
  private final KafkaSettings kafka;
  private String topic;

  KafkaCheckpointStoreTest(TestBroker.Running broker) {
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @BeforeEach
  void createTopic() {
    topic = broker.compactedTopic(3, Map.of());
  }

  @Override
  protected CheckpointStore open() {
    return new KafkaCheckpointStore(kafka, topic);
  }

  @Override
  protected List<String> address() {
    return List.of("kafka:" + topic, kafka.bootstrapServers(), "");
  }

  private KafkaCheckpointStore openIn(Duration future) {
    return new KafkaCheckpointStore(kafka, topic, Clock.offset(Clock.systemUTC(), future), TIMEOUT);
  }

  private Path written(CheckpointId id, int bytes) {
    Path directory = work.resolve("source-" + id.version());
    Checkpoints.write(id, directory, bytes);
    return directory;
  }

  /** Keys of the records that are on the topic, tombstones left out. */
  private List<String> liveKeys() {
    Map<String, Boolean> live = new TreeMap<>();
    try (TopicReader reader = TopicReader.open(kafka, topic, TIMEOUT)) {
      reader.readToEnd(
          record ->
              live.put(new String(record.key(), StandardCharsets.UTF_8), record.value() != null));
    }
    live.values().removeIf(isLive -> !isLive);
    return List.copyOf(live.keySet());
  }

  private void sendOrphans(CheckpointId id, int chunks) {
    for (int chunk = 0; chunk < chunks; chunk++) {
      byte[] key = ChunkKey.chunk(id, "weights.safetensors", chunk).toBytes();
      broker.send(topic, 0, key, new byte[100]);
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        KafkaCheckpointStore.CHUNK_BYTES - 1,
        KafkaCheckpointStore.CHUNK_BYTES,
        KafkaCheckpointStore.CHUNK_BYTES + 1,
        2 * KafkaCheckpointStore.CHUNK_BYTES
      })
  void splitsFilesIntoChunksThatTheDefaultBrokerTakes(int bytes) {
    CheckpointId id =
        new CheckpointId("s".repeat(100), "v".repeat(100)); // the longest keys there are
    try (CheckpointStore store = open()) {
      store.put(id, written(id, bytes));
      store.fetch(id, work.resolve("target"));
    }

    assertThat(liveKeys().stream().filter(key -> key.contains("weights")))
        .hasSize((bytes + KafkaCheckpointStore.CHUNK_BYTES - 1) / KafkaCheckpointStore.CHUNK_BYTES);
  }

  @Test
  void clearsOldChunksWithoutIndexAtTheNextPut() {
    CheckpointId orphan = new CheckpointId("orphan", "v1");
    CheckpointId otherStudents = new CheckpointId("other", "v1");
    sendOrphans(orphan, 3);
    sendOrphans(otherStudents, 1);
    CheckpointId now = new CheckpointId("orphan", "v2");
    CheckpointId later = new CheckpointId("orphan", "v3");

    try (CheckpointStore store = openIn(Duration.ZERO)) {
      assertThat(store.list("orphan")).isEmpty();
      store.put(now, written(now, 10));
    }
    assertThat(liveKeys()).anyMatch(key -> key.startsWith(orphan.toString())); // a put under way?
    try (CheckpointStore store = openIn(KafkaCheckpointStore.ORPHAN_AGE.plusMinutes(1))) {
      store.put(later, written(later, 10));

      assertThat(store.list("orphan")).containsExactly(now, later);
    }
    assertThat(liveKeys())
        .noneMatch(key -> key.startsWith(orphan.toString()))
        .anyMatch(key -> key.startsWith(otherStudents.toString()));
  }

  @Test
  void clearsOldChunksWithoutIndexAtADelete() {
    CheckpointId orphan = new CheckpointId("orphan", "v1");
    sendOrphans(orphan, 3);

    try (CheckpointStore store = openIn(KafkaCheckpointStore.ORPHAN_AGE.plusMinutes(1))) {
      store.delete(new CheckpointId("orphan", "v0"));
    }

    assertThat(liveKeys()).isEmpty();
  }

  @Test
  void showsNoCheckpointWhoseIndexArrivesAfterItsChunksWereCleared() {
    CheckpointId id = new CheckpointId("zombie", "v1");
    List<byte[]> index = new ArrayList<>();
    try (CheckpointStore store = open()) {
      store.put(id, written(id, 10));
      try (TopicReader reader = TopicReader.open(kafka, topic, TIMEOUT)) {
        reader.readToEnd(
            record -> {
              if (ChunkKey.fromBytes(record.key()).isIndex()) {
                index.add(record.value());
              }
            });
      }
      store.delete(id);
      for (int partition = 0; partition < 3; partition++) {
        broker.send(topic, partition, ChunkKey.index(id).toBytes(), index.get(0));
      }

      assertThat(store.list("zombie")).isEmpty();
      assertThatThrownBy(() -> store.fetch(id, work.resolve("target")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no complete checkpoint zombie/v1");
    }
  }

  @Test
  void fetchesWhatCompactionLeft() {
    topic =
        broker.compactedTopic(
            1,
            Map.of(
                "segment.bytes", "1100000",
                "min.cleanable.dirty.ratio", "0.01",
                "delete.retention.ms", "100"));
    CheckpointId kept = new CheckpointId("compacted", "v2");
    CheckpointId deleted = new CheckpointId("compacted", "v1");
    Complete beforehand;
    try (CheckpointStore store = open()) {
      for (String version : List.of("v1", "v2", "v3")) {
        CheckpointId id = new CheckpointId("compacted", version);
        store.put(id, written(id, 3_000_000));
      }
      beforehand = Objects.requireNonNull(complete(deleted));
      store.delete(deleted);
      store.delete(new CheckpointId("compacted", "v3"));
      CheckpointId filler = new CheckpointId("filler", "v1"); // rolls the segment of the tombstones
      store.put(filler, written(filler, 3_000_000));

      await().atMost(Duration.ofSeconds(60)).until(() -> bytesOnTopic() < 8_000_000);
      store.fetch(kept, work.resolve("by-old-reader"));
    }
    try (CheckpointStore another = open()) {
      assertThat(another.list("compacted")).containsExactly(kept);
      another.fetch(kept, work.resolve("by-new-reader"));
    }
    // Who had looked it up before it was deleted, and reads it after compaction.
    assertThatThrownBy(
            () -> {
              Path directory = work.resolve("by-slow-reader");
              Files.createDirectories(directory.resolve("extra"));
              new ChunkReader(kafka, deleted, beforehand, TIMEOUT).writeTo(directory);
            })
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("checkpoint compacted/v1 lost chunks of")
        .hasMessageContaining("was it deleted just now?");
  }

  private @Nullable Complete complete(CheckpointId id) {
    ChunkTable table = new ChunkTable();
    try (TopicReader reader = TopicReader.open(kafka, topic, TIMEOUT)) {
      reader.readToEnd(table::accept);
    }
    return table.complete(id);
  }

  private long bytesOnTopic() {
    long[] bytes = {0};
    try (TopicReader reader = TopicReader.open(kafka, topic, TIMEOUT)) {
      reader.readToEnd(record -> bytes[0] += Math.max(0, record.serializedValueSize()));
    }
    return bytes[0];
  }

  @Test
  void ignoresForeignRecords() {
    CheckpointId id = new CheckpointId("garbage", "v1");
    for (String key : List.of("", "x", "a/b/c", "../x/f/0", "a/b/f/-", "garbage/v0/INDEX")) {
      broker.send(topic, 0, key.getBytes(StandardCharsets.UTF_8), new byte[3]);
    }

    try (CheckpointStore store = open()) {
      store.put(id, written(id, 10));

      assertThat(store.list("garbage")).containsExactly(id);
    }
  }

  @Test
  void noticesAChunkThatIsNotWhatTheIndexSays() {
    CheckpointId id = new CheckpointId("forged", "v1");
    String name = Manifest.FILE_NAME;
    long offset = broker.send(topic, 0, ChunkKey.chunk(id, name, 0).toBytes(), new byte[3]);
    FileEntry claimed = new FileEntry(name, 3, "0".repeat(64));
    ChunkIndex index =
        new ChunkIndex(
            ChunkIndex.FORMAT, List.of(new ChunkIndex.ChunkedFile(claimed, List.of(offset))));
    broker.send(topic, 0, ChunkKey.index(id).toBytes(), index.toBytes());

    try (CheckpointStore store = open()) {
      assertThat(store.list("forged")).containsExactly(id);
      assertThatThrownBy(() -> store.fetch(id, work.resolve("target")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("manifest.json of checkpoint forged/v1 has sha-256");
    }
    assertThat(work.resolve("target")).doesNotExist();
  }

  @Test
  void writesNoMoreOfAFileThanTheIndexSays() {
    CheckpointId id = new CheckpointId("longer", "v1");
    String name = Manifest.FILE_NAME;
    long offset = broker.send(topic, 0, ChunkKey.chunk(id, name, 0).toBytes(), new byte[300]);
    FileEntry claimed = new FileEntry(name, 3, "0".repeat(64));
    ChunkIndex index =
        new ChunkIndex(
            ChunkIndex.FORMAT, List.of(new ChunkIndex.ChunkedFile(claimed, List.of(offset))));
    broker.send(topic, 0, ChunkKey.index(id).toBytes(), index.toBytes());

    try (CheckpointStore store = open()) {
      assertThatThrownBy(() -> store.fetch(id, work.resolve("target")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("manifest.json: has at least 300 bytes, expected 3");
    }
    assertThat(work.resolve("target")).doesNotExist();
  }

  @Test
  void saysWhichTopicTakesTooLittleAndHowThatIsMended() {
    String narrow = broker.compactedTopic(1, Map.of("max.message.bytes", "20000"));
    CheckpointId id = new CheckpointId("narrow", "v1");
    try (CheckpointStore store = new KafkaCheckpointStore(kafka, narrow)) {
      assertThatThrownBy(() -> store.put(id, written(id, 100_000)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(
              "topic '" + narrow + "'",
              "--add-config max.message.bytes=",
              "student.checkpoint.store");
    }
  }

  @Test
  void saysThatTheTopicIsMissing() {
    assertThatThrownBy(() -> new KafkaCheckpointStore(kafka, "no-such-topic"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "topic 'no-such-topic' does not exist on kafka at " + kafka.bootstrapServers());
  }

  @Test
  void saysThatTheBrokerIsNotThere() {
    KafkaSettings nowhere = KafkaSettings.of("127.0.0.1:1");
    long start = System.nanoTime();

    assertThatThrownBy(
            () ->
                new KafkaCheckpointStore(nowhere, topic, Clock.systemUTC(), Duration.ofSeconds(2)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Could not reach kafka at 127.0.0.1:1 within 2 s; is it running?");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }
}
