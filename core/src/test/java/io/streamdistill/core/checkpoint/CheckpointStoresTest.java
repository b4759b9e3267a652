package io.streamdistill.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.core.config.ConfigException;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoresTest {

  private static final KafkaSettings KAFKA = KafkaSettings.of("127.0.0.1:1");
  private static final CheckpointId ID = new CheckpointId("mnist", "v1");

  @TempDir Path work;

  private static CheckpointStore open(String uri) {
    return CheckpointStores.open(uri, KAFKA, TopicsConfig.defaults());
  }

  @Test
  void opensFileStoresInEveryNotation() {
    Path source = work.resolve("source");
    Path root = work.resolve("a store");
    Checkpoints.write(ID, source, 10);
    try (CheckpointStore store = open("file:" + root)) {
      store.put(ID, source);
    }
    Path relative = Path.of("").toAbsolutePath().relativize(root.toAbsolutePath());

    for (String uri : new String[] {"file:" + relative, root.toUri().toString()}) {
      try (CheckpointStore store = open(uri)) {
        assertThat(store.list("mnist")).as(uri).containsExactly(ID);
      }
    }
  }

  @Test
  void findsAStoreAgainByTheLocationItReturned() {
    Path source = work.resolve("source");
    Checkpoints.write(ID, source, 10);
    URI location;
    try (CheckpointStore store = open("file:" + work.resolve("ä store"))) {
      location = store.put(ID, source);
    }

    try (CheckpointStore store = CheckpointStores.at(location.toString(), ID, KAFKA)) {
      store.fetch(ID, work.resolve("target"));
    }
    assertThat(CheckpointVerifier.verify(work.resolve("target")).id()).isEqualTo(ID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "s3://bucket/prefix", "/tmp/x", "http://x", "FILE:/x", "file", "file:"})
  void namesTheKnownSchemes(String uri) {
    assertThatThrownBy(() -> open(uri))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("file:/directory");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "kafka:files/mnist/v2",
        "kafka:/mnist/v1",
        "file:mnist/v1",
        "s3://b/mnist/v1",
        "file:///x y/mnist/v1",
        "file://host/x/mnist/v1"
      })
  void refusesLocationsThatAreNotThoseOfTheCheckpoint(String location) {
    assertThatThrownBy(() -> CheckpointStores.at(location, ID, KAFKA))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("mnist/v1");
  }
}
