package io.streamdistill.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A network that breaks, and a bucket that somebody else writes into. */
class S3FaultTest {

  private static final String STORE = "s3://" + S3Server.BUCKET + "/faults";
  private static final String WEIGHTS = "weights.safetensors";
  private static final int WEIGHT_BYTES = 2_000_000;

  private static S3Server server;

  @TempDir Path work;

  private CheckpointId id;
  private Path source;
  private Path target;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  @BeforeEach
  void write(TestInfo test) {
    id = new CheckpointId(test.getTestMethod().orElseThrow().getName(), "v1");
    source = work.resolve("source");
    target = work.resolve("target");
    Checkpoints.write(id, source, WEIGHT_BYTES);
  }

  private static CheckpointStore store() {
    return server.store(STORE);
  }

  private static CheckpointStore through(Wire wire) {
    return new AwsS3StoreProvider().open(STORE, S3Server.settings(wire.port()));
  }

  private String key(String file) {
    return "faults/" + id + "/" + file;
  }

  private void put() {
    try (CheckpointStore store = store()) {
      store.put(id, source);
    }
  }

  private void requireThatFetchFailsWith(String... words) throws IOException {
    try (CheckpointStore store = store()) {
      assertThatThrownBy(() -> store.fetch(id, target))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(words);
    }
    requireNothingOfAFetch();
  }

  private void requireNothingOfAFetch() throws IOException {
    try (Stream<Path> left = Files.list(work)) {
      assertThat(left).containsExactly(source);
    }
  }

  private void change(String file, UnaryOperator<byte[]> how) {
    server.put(key(file), how.apply(server.get(key(file))));
  }

  @Test
  void showsNothingOfAPutThatTheEndpointWentAwayFrom() throws IOException {
    try (Wire wire = Wire.to(server.port());
        CheckpointStore store = through(wire)) {
      wire.cutAfterSending(WEIGHT_BYTES / 2, Wire.Cut.FOR_GOOD);

      assertThatThrownBy(() -> store.put(id, source))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(
              id.toString(), STORE, "127.0.0.1:" + wire.port(), "cannot be reached");
    }

    assertThat(server.keys("faults/" + id)).contains(key("config.json")); // it had begun
    try (CheckpointStore store = store()) {
      assertThat(store.list(id.student())).isEmpty();
      store.put(id, source);
      store.fetch(id, target);

      assertThat(store.list(id.student())).containsExactly(id);
    }
    assertThat(CheckpointVerifier.verify(target).id()).isEqualTo(id);
  }

  @Test
  void leavesNothingOfAFetchThatTheEndpointWentAwayFrom() throws IOException {
    put();
    try (Wire wire = Wire.to(server.port());
        CheckpointStore store = through(wire)) {
      wire.cutAfterReceiving(WEIGHT_BYTES / 2, Wire.Cut.FOR_GOOD);

      assertThatThrownBy(() -> store.fetch(id, target))
          .isInstanceOf(UnreachableException.class)
          .hasMessageContainingAll(
              id.toString(), STORE, "127.0.0.1:" + wire.port(), "cannot be reached");
    }
    requireNothingOfAFetch();
  }

  @Test
  void triesAgainWhenAConnectionBreaksOff() throws IOException {
    try (Wire wire = Wire.to(server.port());
        CheckpointStore store = through(wire)) {
      wire.cutAfterSending(WEIGHT_BYTES / 2, Wire.Cut.ONCE);
      store.put(id, source);
      wire.cutAfterReceiving(WEIGHT_BYTES / 2, Wire.Cut.ONCE);
      store.fetch(id, target);

      assertThat(wire.connections()).isGreaterThanOrEqualTo(3);
    }
    assertThat(CheckpointVerifier.verify(target).id()).isEqualTo(id);
  }

  @Test
  void refusesATruncatedObject() throws IOException {
    put();
    change(WEIGHTS, content -> Arrays.copyOf(content, WEIGHT_BYTES / 2));

    requireThatFetchFailsWith("s3://", key(WEIGHTS), "1000000 bytes", "2000000");
  }

  @Test
  void refusesAnObjectThatHasGrown() throws IOException {
    put();
    change(WEIGHTS, content -> Arrays.copyOf(content, 3 * WEIGHT_BYTES));

    requireThatFetchFailsWith(key(WEIGHTS), "6000000 bytes", "2000000");
  }

  @Test
  void refusesAnObjectWithOneBitChanged() throws IOException {
    put();
    change(
        WEIGHTS,
        content -> {
          content[WEIGHT_BYTES / 2] ^= 1;
          return content;
        });

    requireThatFetchFailsWith(key(WEIGHTS), "sha-256");
  }

  @Test
  void refusesACheckpointWithAFileMissing() throws IOException {
    put();
    server.delete(key(WEIGHTS));

    requireThatFetchFailsWith(id.toString(), WEIGHTS, STORE, "deleted");
  }

  @Test
  void doesNotSeeACheckpointWithoutManifest() throws IOException {
    put();
    server.delete(key("manifest.json"));

    requireThatFetchFailsWith("no complete checkpoint", id.toString(), STORE);
    try (CheckpointStore store = store()) {
      assertThat(store.list(id.student())).isEmpty();
    }
  }

  @Test
  void readsNoManifestThatIsFarTooLarge() throws IOException {
    put();
    change("manifest.json", content -> new byte[(16 << 20) + 1]);

    requireThatFetchFailsWith(key("manifest.json"), "more than");
  }

  @Test
  void writesNoFileOutsideTheDirectory() throws IOException {
    put();
    server.put("faults/" + id.student() + "/evil", "evil".getBytes(StandardCharsets.UTF_8));
    change(
        "manifest.json",
        content ->
            new String(content, StandardCharsets.UTF_8)
                .replace("extra/notes.txt", "../../evil.txt")
                .getBytes(StandardCharsets.UTF_8));

    requireThatFetchFailsWith("../../evil.txt", "safe");
  }

  @Test
  void doesNotMindObjectsThatAreNotOfACheckpoint() {
    put();
    byte[] content = "stray".getBytes(StandardCharsets.UTF_8);
    server.put("faults/" + id.student() + "/notes.txt", content);
    server.put("faults/" + id.student() + "/.hidden/manifest.json", content);
    server.put("faults/" + id.student() + "/not a name/manifest.json", content);
    server.put("faults/" + id.student() + "/v0/extra/manifest.json", content);
    server.put(key("stray.bin"), content);
    try (CheckpointStore store = store()) {
      assertThat(store.list(id.student())).containsExactly(id);
      store.fetch(id, target);
      assertThat(target.resolve("stray.bin")).doesNotExist();

      store.delete(id);

      assertThat(server.keys("faults/" + id)).isEmpty();
      assertThat(server.keys("faults/" + id.student() + "/")).hasSize(4);
    }
  }
}
