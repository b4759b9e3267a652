package io.streamdistill.checkpoints.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.CheckpointTopics;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.testkit.TestBroker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestBroker.class)
class TritonRepositoryTest {

  private static final String OLDER = "20260921T141320123Z-s000000000100-000001";
  private static final String NEWER = "20260921T141420123Z-s000000000200-000002";
  private static final String OLDER_NUMBER = "1790000000123";
  private static final String NEWER_NUMBER = "1790000060123";

  @TempDir Path work;

  private final TestBroker.Running broker;
  private final KafkaSettings kafka;
  private TopicsConfig topics;
  private Path out;

  TritonRepositoryTest(TestBroker.Running broker) {
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @BeforeEach
  void createTopics() {
    topics = CheckpointTopics.create(broker);
    out = work.resolve("repository");
  }

  @Test
  void isTheOneModelInItsOneVersion() throws IOException {
    Manifest manifest = publish(OLDER);

    assertThat(pull(OLDER)).isEqualTo(manifest);

    assertThat(names(out)).containsExactly("small");
    assertThat(names(out.resolve("small")))
        .containsExactly(OLDER_NUMBER, "config.pbtxt", "labels.txt");
    assertThat(CheckpointVerifier.verify(out.resolve("small").resolve(OLDER_NUMBER)))
        .isEqualTo(manifest);
    assertThat(Files.isSymbolicLink(out)).as("switched by one rename").isTrue();
    assertThat(pull(OLDER)).as("is there already").isEqualTo(manifest);
  }

  /** Triton takes a model for changed only when something in it is newer than what it loaded. */
  @Test
  void everySwitchIsNewerThanWhatWasThereAlsoOneBack() throws IOException {
    publish(OLDER);
    publish(NEWER);
    pull(OLDER);
    Instant first = newest();
    pull(NEWER);
    Instant second = newest();
    assertThat(names(out.resolve("small"))).contains(NEWER_NUMBER).doesNotContain(OLDER_NUMBER);

    pull(OLDER);

    assertThat(names(out.resolve("small"))).contains(OLDER_NUMBER).doesNotContain(NEWER_NUMBER);
    assertThat(second).isAfter(first);
    assertThat(newest()).isAfter(second);
    assertThat(out.resolve("small/config.pbtxt")).content().contains(OLDER);
  }

  @Test
  void aPlainDirectoryIsLeftAlone() {
    Manifest manifest = publish(OLDER);
    new CheckpointPuller(Cluster.of(kafka, topics)).pull("small", out);

    assertThatThrownBy(() -> pull(OLDER))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is left alone");
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(manifest);
  }

  @Test
  void aVersionThatWasNamedByHandIsNumber1() {
    publish("by-hand");

    pull("by-hand");

    assertThat(out.resolve("small/1/manifest.json")).exists();
  }

  /** What Triton compares: the newest time of anything in the model's directory. */
  private Instant newest() throws IOException {
    try (Stream<Path> tree = Files.walk(out.resolve("small"))) {
      Instant newest = Instant.EPOCH;
      for (Path path : tree.toList()) {
        Instant time = Files.getLastModifiedTime(path).toInstant();
        newest = time.isAfter(newest) ? time : newest;
      }
      return newest;
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private Manifest pull(String version) {
    return new CheckpointPuller(
            Cluster.of(kafka, topics), new PullOptions(TrustedKeys.none(), DirectoryLayout.TRITON))
        .pull("small", CheckpointChoice.version(version), out);
  }

  private Manifest publish(String version) {
    CheckpointId id = new CheckpointId("small", version);
    Path source = work.resolve("source-" + version);
    Manifest manifest = Checkpoints.write(id, source, 1_000);
    URI location;
    try (CheckpointStore store = new CheckpointStores(Cluster.of(kafka, topics)).open("kafka:")) {
      location = store.put(id, source);
    }
    ProducerRecord<byte[], byte[]> record =
        CheckpointLog.record(
            topics.checkpoints(), CheckpointLog.announcement(manifest, location, Instant.now()));
    broker.send(record.topic(), record.partition(), record.key(), record.value());
    return manifest;
  }
}
