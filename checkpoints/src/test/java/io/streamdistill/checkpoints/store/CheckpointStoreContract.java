package io.streamdistill.checkpoints.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link CheckpointStore} keeps. Students are named per test: stores may be shared. */
public abstract class CheckpointStoreContract {

  @TempDir protected Path work;

  /** Opens the store under test; every call sees the same checkpoints. */
  protected abstract CheckpointStore open();

  /**
   * The same store as {@link #open}, for a child process: URI, {@code bootstrap.servers}, {@code
   * s3.endpoint}.
   */
  protected abstract List<String> address();

  /** A student that no other test uses. */
  protected static String student(String name) {
    return name + "-" + Long.toHexString(System.nanoTime());
  }

  private Path written(CheckpointId id, int bytes) {
    Path directory = work.resolve("source-" + id.student() + "-" + id.version());
    Checkpoints.write(id, directory, bytes);
    return directory;
  }

  @Test
  void fetchesWhatWasPut() throws IOException {
    CheckpointId id = new CheckpointId(student("round-trip"), "v1");
    Path source = written(id, 3_000_000);
    Path target = work.resolve("target");
    try (CheckpointStore store = open()) {
      URI location = store.put(id, source);

      assertThat(location.toString()).contains(id.toString());
    }
    try (CheckpointStore another = open()) {
      another.fetch(id, target);
    }

    assertThat(CheckpointVerifier.verify(target)).isEqualTo(Manifest.read(source));
    for (String file : FileTree.files(source)) {
      assertThat(target.resolve(file)).hasSameBinaryContentAs(source.resolve(file));
    }
    assertThat(FileTree.files(target)).isEqualTo(FileTree.files(source));
  }

  @Test
  void fetchesEveryFileByItself() throws IOException {
    CheckpointId id = new CheckpointId(student("by-file"), "v1");
    Path source = written(id, 3_000_000);
    try (CheckpointStore store = open()) {
      store.put(id, source);
      for (FileEntry file : Manifest.read(source).allFiles()) {
        Path target = work.resolve("one-" + file.name().replace('/', '-'));

        store.fetchFile(id, file, target);

        assertThat(target).hasSameBinaryContentAs(source.resolve(file.name()));
      }
    }
  }

  @Test
  void fetchesNoFileThatIsMissingOrDiffers() {
    CheckpointId id = new CheckpointId(student("no-file"), "v1");
    FileEntry config = written(id, 10, "config.json");
    FileEntry other = new FileEntry("config.json", 2, FileTree.sha256(new byte[2]));
    FileEntry missing = new FileEntry("missing.txt", 0, FileTree.sha256(new byte[0]));
    Path target = work.resolve("target");
    try (CheckpointStore store = open()) {
      store.put(id, work.resolve("source-" + id.student() + "-v1"));

      for (FileEntry wrong : List.of(other, missing)) {
        assertThatThrownBy(() -> store.fetchFile(id, wrong, target))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining(wrong.name());
        assertThat(target).doesNotExist();
      }
      CheckpointId gone = new CheckpointId(id.student(), "v2");
      assertThatThrownBy(() -> store.fetchFile(gone, config, target))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(gone.toString());
      assertThat(target).doesNotExist();
    }
  }

  @Test
  void fetchesNothingThatWasAnnouncedOtherwise() throws IOException {
    CheckpointId id = new CheckpointId(student("announced"), "v1");
    Path source = written(id, 100_000);
    List<FileEntry> files = Manifest.read(source).allFiles();
    try (CheckpointStore store = open()) {
      store.put(id, source);

      for (String name : List.of("weights.safetensors", Manifest.FILE_NAME)) {
        List<FileEntry> smaller =
            files.stream()
                .map(one -> one.name().equals(name) ? new FileEntry(name, 9, one.sha256()) : one)
                .toList();
        assertThatThrownBy(
                () -> store.fetch(id, ExpectedFiles.announced(smaller), work.resolve("target")))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining(name);
        assertNothingIsLeft();
      }
      store.fetch(id, ExpectedFiles.announced(files), work.resolve("target"));
    }
  }

  private void assertNothingIsLeft() throws IOException {
    assertThat(work.resolve("target")).doesNotExist();
    try (Stream<Path> entries = Files.list(work)) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .noneMatch(name -> name.startsWith("."));
    }
  }

  private FileEntry written(CheckpointId id, int bytes, String name) {
    return Manifest.read(written(id, bytes)).files().stream()
        .filter(file -> file.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void listsWholeCheckpointsOldestFirst() {
    String student = student("list");
    try (CheckpointStore store = open()) {
      assertThat(store.list(student)).isEmpty();
      for (String version : List.of("v2", "v10", "v1")) {
        CheckpointId id = new CheckpointId(student, version);
        store.put(id, written(id, 10));
      }
      CheckpointId other = new CheckpointId(student + "-other", "v9");
      store.put(other, written(other, 10));

      assertThat(store.list(student))
          .extracting(CheckpointId::version)
          .containsExactly("v1", "v10", "v2"); // as strings
    }
  }

  @Test
  void deletesOneAndOnlyThatOne() {
    String student = student("delete");
    CheckpointId first = new CheckpointId(student, "v1");
    CheckpointId second = new CheckpointId(student, "v2");
    try (CheckpointStore store = open()) {
      store.put(first, written(first, 2_000_000));
      store.put(second, written(second, 10));

      store.delete(first);
      store.delete(first); // not there: nothing happens

      assertThat(store.list(student)).containsExactly(second);
      assertThatThrownBy(() -> store.fetch(first, work.resolve("gone")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(first.toString());
      assertThat(work.resolve("gone")).doesNotExist();
      store.fetch(second, work.resolve("kept"));
    }
    try (CheckpointStore another = open()) {
      assertThat(another.list(student)).containsExactly(second);
    }
  }

  /** Retention deletes what somebody may just be reading. */
  @Test
  void aReaderInTheMiddleOfADeletionGetsAllOrAClearError() throws Exception {
    String student = student("middle");
    SplittableRandom random = new SplittableRandom();
    ExecutorService reading = Executors.newSingleThreadExecutor();
    try (CheckpointStore trainer = open();
        CheckpointStore reader = open()) {
      for (int round = 0; round < 10; round++) {
        CheckpointId id = new CheckpointId(student, "v" + round);
        trainer.put(id, written(id, 2_000_000));
        Path target = work.resolve("target-" + round);

        CompletableFuture<Void> fetch =
            CompletableFuture.runAsync(() -> reader.fetch(id, target), reading);
        awaitStaging(fetch);
        Thread.sleep(random.nextInt(10));
        trainer.delete(id);

        assertAllOrAClearError(fetch, id, target);
        CheckpointId next = new CheckpointId(student, "w" + round);
        trainer.put(next, written(next, 10));
        reader.fetch(next, work.resolve("next-" + round));
      }
    } finally {
      reading.shutdown();
    }
  }

  /** Returns when a fetch has begun to write, or is over. */
  private void awaitStaging(CompletableFuture<Void> fetch) throws IOException {
    boolean begun = false;
    while (!begun && !fetch.isDone()) {
      Thread.onSpinWait();
      try (Stream<Path> entries = Files.list(work)) {
        begun =
            entries.anyMatch(
                entry ->
                    entry.getFileName().toString().startsWith(".staging-")
                        && Files.isDirectory(entry));
      }
    }
  }

  private static void assertAllOrAClearError(
      CompletableFuture<Void> fetch, CheckpointId id, Path target) {
    try {
      fetch.get(1, TimeUnit.MINUTES);
      assertThat(CheckpointVerifier.verify(target).id()).isEqualTo(id);
    } catch (ExecutionException e) {
      assertThat(e.getCause())
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(id.toString());
      assertThat(target).doesNotExist();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("the fetch of %s does not end".formatted(id), e);
    }
  }

  @Test
  void neverOverwritesAVersion() throws IOException {
    CheckpointId id = new CheckpointId(student("taken"), "v1");
    Path source = written(id, 10);
    try (CheckpointStore store = open()) {
      store.put(id, source);
      Files.writeString(source.resolve("config.json"), "{\"changed\": true}");
      Checkpoints.manifest(id).build().write(source);

      assertThatThrownBy(() -> store.put(id, source))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("stored already");
      store.fetch(id, work.resolve("target"));
    }

    assertThat(work.resolve("target/config.json")).hasContent("{}");
  }

  @Test
  void putsAgainAfterDelete() {
    CheckpointId id = new CheckpointId(student("again"), "v1");
    Path source = written(id, 1_000_000);
    try (CheckpointStore store = open()) {
      store.put(id, source);
      store.delete(id);
      store.put(id, source);
      store.fetch(id, work.resolve("target"));

      assertThat(store.list(id.student())).containsExactly(id);
    }
  }

  @Test
  void refusesToStoreADamagedOrForeignDirectory() throws IOException {
    CheckpointId id = new CheckpointId(student("damaged"), "v1");
    Path source = written(id, 10);
    try (CheckpointStore store = open()) {
      assertThatThrownBy(() -> store.put(new CheckpointId(id.student(), "v2"), source))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("v2");
      Files.writeString(source.resolve("config.json"), "[]");
      assertThatThrownBy(() -> store.put(id, source))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("config.json");
      assertThatThrownBy(() -> store.put(id, work.resolve("nowhere")))
          .isInstanceOf(CheckpointException.class);

      assertThat(store.list(id.student())).isEmpty();
    }
  }

  @Test
  void fetchesOnlyIntoANewDirectory() throws IOException {
    CheckpointId id = new CheckpointId(student("exists"), "v1");
    Path existing = Files.createDirectory(work.resolve("existing"));
    Files.writeString(existing.resolve("mine.txt"), "mine");
    try (CheckpointStore store = open()) {
      store.put(id, written(id, 10));

      assertThatThrownBy(() -> store.fetch(id, existing))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("exists");
    }

    assertThat(FileTree.files(existing)).containsExactly("mine.txt");
  }

  @Test
  void writersOfDifferentStudentsDoNotDisturbEachOther() {
    String prefix = student("concurrent");
    int writers = 4;
    ExecutorService pool = Executors.newFixedThreadPool(writers);
    try {
      CompletableFuture.allOf(
              IntStream.range(0, writers)
                  .mapToObj(w -> CompletableFuture.runAsync(() -> writeThree(prefix + w), pool))
                  .toArray(CompletableFuture[]::new))
          .join();
    } finally {
      pool.shutdown();
    }

    try (CheckpointStore store = open()) {
      for (int w = 0; w < writers; w++) {
        List<CheckpointId> kept = new ArrayList<>(store.list(prefix + w));
        assertThat(kept).extracting(CheckpointId::version).containsExactly("v1", "v2");
        for (CheckpointId id : kept) {
          store.fetch(id, work.resolve("fetched-" + id.student() + "-" + id.version()));
        }
      }
    }
  }

  private void writeThree(String student) {
    try (CheckpointStore store = open()) {
      for (int v = 0; v < 3; v++) {
        CheckpointId id = new CheckpointId(student, "v" + v);
        store.put(id, written(id, 1_500_000));
      }
      store.delete(new CheckpointId(student, "v0"));
    }
  }

  @Test
  void showsOnlyWholeCheckpointsAfterAWriterIsKilled() throws IOException, InterruptedException {
    String student = student("kill");
    SplittableRandom random = new SplittableRandom();
    for (int kill = 0; kill < 3; kill++) {
      Path sources = Files.createDirectory(work.resolve("sources-" + kill));
      Process writer = startWriter(sources, student + "-" + kill);
      try {
        assertThat(writer.getInputStream().read()).isEqualTo('.'); // it has begun to put
        Thread.sleep(random.nextInt(300));
      } finally {
        writer.destroyForcibly().waitFor();
      }
      try (CheckpointStore store = open()) {
        for (CheckpointId id : store.list(student + "-" + kill)) {
          store.fetch(id, work.resolve("fetched-" + id.student() + "-" + id.version()));
        }
        CheckpointId next = new CheckpointId(student + "-" + kill, "w");
        store.put(next, written(next, 10));

        assertThat(store.list(next.student())).endsWith(next);
      }
    }
  }

  private Process startWriter(Path sources, String student) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                PutForever.class.getName()));
    command.addAll(address());
    command.addAll(List.of(sources.toString(), student));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
