package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.ExpectedFiles;
import io.streamdistill.checkpoints.store.FileCheckpointStore;
import io.streamdistill.checkpoints.store.VerifiedFetch;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A store whose fetches begin when the test says so: what happens meanwhile happens to a checkpoint
 * that somebody is about to copy.
 */
class HeldStore implements CheckpointStore {

  private final CheckpointStore store;
  private final CountDownLatch asked;
  private final CountDownLatch goOn;

  HeldStore(CheckpointStore store, CountDownLatch asked, CountDownLatch goOn) {
    this.store = store;
    this.asked = asked;
    this.goOn = goOn;
  }

  /** One whose fetches wait in their middle: the manifest is copied, and the files are not. */
  static CheckpointStore behindTheManifest(
      CheckpointStore store, CountDownLatch asked, CountDownLatch goOn) {
    FileCheckpointStore files = (FileCheckpointStore) store;
    return new HeldStore(store, asked, goOn) {
      @Override
      public void fetch(CheckpointId id, ExpectedFiles expected, Path directory) {
        VerifiedFetch.Parts parts = files.parts(id);
        VerifiedFetch.into(
            id,
            expected,
            directory,
            new VerifiedFetch.Parts() {
              @Override
              public void manifest(Path file, int maxBytes) throws IOException {
                parts.manifest(file, maxBytes);
              }

              @Override
              public void files(List<FileEntry> wanted, Path target) throws IOException {
                hold();
                parts.files(wanted, target);
              }
            });
      }
    };
  }

  void hold() {
    asked.countDown();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void fetch(CheckpointId id, ExpectedFiles expected, Path directory) {
    hold();
    store.fetch(id, expected, directory);
  }

  @Override
  public URI put(CheckpointId id, Path directory) {
    return store.put(id, directory);
  }

  @Override
  public void fetchFile(CheckpointId id, FileEntry file, Path target) {
    store.fetchFile(id, file, target);
  }

  @Override
  public List<CheckpointId> list(String student) {
    return store.list(student);
  }

  @Override
  public void delete(CheckpointId id) {
    store.delete(id);
  }

  @Override
  public void close() {
    store.close();
  }
}
