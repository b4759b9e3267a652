package io.streamdistill.checkpoints.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.config.ConfigException;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoresTest {

  private static final CheckpointStores STORES =
      new CheckpointStores(Cluster.of(KafkaSettings.of("127.0.0.1:1"), TopicsConfig.defaults()));
  private static final CheckpointId ID = new CheckpointId("mnist", "v1");

  @TempDir Path work;

  private static CheckpointStore open(String uri) {
    return STORES.open(uri);
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

    try (CheckpointStore store = STORES.at(location.toString(), ID)) {
      store.fetch(ID, work.resolve("target"));
    }
    assertThat(CheckpointVerifier.verify(work.resolve("target")).id()).isEqualTo(ID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/tmp/x", "http://x", "FILE:/x", "file", "file:"})
  void namesTheKnownSchemes(String uri) {
    assertThatThrownBy(() -> open(uri))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("file:/directory");
  }

  @Test
  void saysWhatS3StoresNeed() { // this module does not have it
    assertThatThrownBy(() -> open("s3://bucket/prefix"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("streamdistill-s3-store");
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
    assertThatThrownBy(() -> STORES.at(location, ID))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("mnist/v1");
  }
}
