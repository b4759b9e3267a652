package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.checkpoints.format.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Manifests of announced checkpoints, straight out of their stores, without the other files. */
public final class StoredManifests implements AutoCloseable {

  private final OpenStores stores;

  /** Creates a reader; no store is opened before it is needed. */
  public StoredManifests(CheckpointStores stores) {
    this.stores = new OpenStores(stores);
  }

  /**
   * Fetches and verifies a manifest; nothing stays on disk.
   *
   * @throws CheckpointException when the store does not have it, or has something else
   */
  public Manifest read(Announcement checkpoint) {
    CheckpointId id = checkpoint.id();
    FileEntry file =
        checkpoint.files().stream()
            .filter(entry -> entry.name().equals(Manifest.FILE_NAME))
            .findFirst()
            .orElseThrow(
                () -> new CheckpointException("checkpoint %s has no manifest".formatted(id)));
    try {
      Path directory = Files.createTempDirectory("distill-manifest");
      try {
        stores.fetchFile(checkpoint.location(), id, file, directory.resolve(Manifest.FILE_NAME));
        return Manifest.read(directory);
      } finally {
        FileTree.delete(directory);
      }
    } catch (IOException e) {
      throw new CheckpointException("cannot read the manifest of %s: %s".formatted(id, e), e);
    }
  }

  @Override
  public void close() {
    stores.close();
  }
}
