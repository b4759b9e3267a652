package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.ExpectedFiles;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A store whose fetches begin when the test says so: what happens meanwhile happens to a checkpoint
 * that somebody is about to copy.
 */
record HeldStore(CheckpointStore store, CountDownLatch asked, CountDownLatch goOn)
    implements CheckpointStore {

  @Override
  public void fetch(CheckpointId id, ExpectedFiles expected, Path directory) {
    asked.countDown();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
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
