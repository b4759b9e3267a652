package io.streamdistill.checkpoints.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

  @Test
  void copiesNothingOfAFileThatGrew() throws Exception {
    Path stored = stored("grew", 1_000);
    try (FileChannel file =
        FileChannel.open(stored.resolve("config.json"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), 8L << 30); // 8 GiB, of which the disk holds one block
    }

    assertRefused(stored, "config.json: has 8589934593 bytes, expected 2");
  }

  @Test
  void waitsForNoPipe() throws Exception {
    Path stored = stored("pipe", 1_000);
    Files.delete(stored.resolve("config.json"));
    Process mkfifo = new ProcessBuilder("mkfifo", stored.resolve("config.json").toString()).start();
    assertThat(mkfifo.waitFor()).isZero();

    assertRefused(stored, "config.json: is not a regular file");
  }

  @Test
  void refusesWhatTheManifestDoesNotName() throws Exception {
    Path stored = stored("more", 1_000);
    Files.writeString(stored.resolve("extra").resolve("more.txt"), "more");

    assertRefused(stored, "extra/more.txt: is not in the manifest");
  }

  @Test
  void beginsNothingThatTheDiskHasNoRoomFor() throws Exception {
    Path stored = stored("large", 1_000);
    Path manifest = stored.resolve(Manifest.FILE_NAME);
    Files.writeString(
        manifest,
        Files.readString(manifest).replace("\"size\" : 1000", "\"size\" : " + (1L << 62)));

    assertRefused(stored, "its files have 4611686018427387", "are free there");
  }

  private Path stored(String name, int bytes) {
    CheckpointId id = new CheckpointId(student(name), "v1");
    Path source = work.resolve("source-" + name);
    Checkpoints.write(id, source, bytes);
    try (CheckpointStore store = open()) {
      return Path.of(store.put(id, source));
    }
  }

  private void assertRefused(Path stored, String... words) throws IOException {
    Path place = work.resolve("root").toAbsolutePath().relativize(stored);
    CheckpointId id = new CheckpointId(place.getName(0).toString(), place.getName(1).toString());
    try (CheckpointStore store = open()) {
      assertThatThrownBy(() -> store.fetch(id, work.resolve("target")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(words);
    }
    assertThat(work.resolve("target")).doesNotExist();
    try (var entries = Files.list(work)) {
      assertThat(entries.map(Path::getFileName).map(Path::toString))
          .noneMatch(name -> name.startsWith("."));
    }
  }
}
