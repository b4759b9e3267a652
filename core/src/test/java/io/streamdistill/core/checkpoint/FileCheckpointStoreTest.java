package io.streamdistill.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileCheckpointStoreTest extends CheckpointStoreContract {

  @Override
  protected CheckpointStore open() {
    return new FileCheckpointStore(work.resolve("root"));
  }

  @Override
  protected List<String> address() {
    return List.of("file:" + work.resolve("root"), "localhost:1", "");
  }

  @Test
  void clearsAtTheNextPutWhatAKilledWriterLeft() throws IOException {
    String student = student("killed");
    Path home = Files.createDirectories(work.resolve("root").resolve(student));
    Path dead = home.resolve(".staging-dead");
    Checkpoints.write(new CheckpointId(student, "v1"), dead, 10);
    Files.createFile(home.resolve(".staging-dead.lock"));
    CheckpointId id = new CheckpointId(student, "v2");
    Path source = work.resolve("source");
    Checkpoints.write(id, source, 10);

    try (CheckpointStore store = open()) {
      assertThat(store.list(student)).isEmpty();
      store.put(id, source);

      assertThat(store.list(student)).containsExactly(id);
    }
    try (var entries = Files.list(home)) {
      assertThat(entries).containsExactly(home.resolve("v2"));
    }
  }

  @Test
  void noticesARotatedBitOnFetch() throws IOException {
    CheckpointId id = new CheckpointId(student("rot"), "v1");
    Path source = work.resolve("source");
    Checkpoints.write(id, source, 1_000);
    try (CheckpointStore store = open()) {
      Path stored = Path.of(store.put(id, source));
      byte[] weights = Files.readAllBytes(stored.resolve("weights.safetensors"));
      weights[500] ^= 1;
      Files.write(stored.resolve("weights.safetensors"), weights);

      assertThatThrownBy(() -> store.fetch(id, work.resolve("target")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("weights.safetensors: has sha-256");
    }
    assertThat(work.resolve("target")).doesNotExist();
    try (var entries = Files.list(work)) {
      assertThat(entries.map(Path::getFileName).map(Path::toString))
          .noneMatch(name -> name.startsWith("."));
    }
  }
}
