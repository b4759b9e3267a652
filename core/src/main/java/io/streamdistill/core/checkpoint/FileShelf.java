package io.streamdistill.core.checkpoint;

import io.streamdistill.core.exit.FileReason;
import io.streamdistill.schema.CheckpointPublished;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of checkpoints on this machine, of the few versions that were asked for last. A file is
 * there whole and verified, or not at all.
 */
final class FileShelf implements AutoCloseable {

  /** More than the aliases of a student that are in use at a time. */
  static final int VERSIONS = 4;

  private static final Logger LOG = LoggerFactory.getLogger(FileShelf.class);

  private final OpenStores stores;
  private final Path directory;
  private final Deque<Path> versions = new ArrayDeque<>(); // oldest first
  private volatile @Nullable Staging place;

  FileShelf(CheckpointStores stores, Path directory) {
    this.stores = new OpenStores(stores);
    this.directory = directory;
  }

  /** What is open stays readable, whatever is cleared away meanwhile. */
  FileChannel open(CheckpointPublished checkpoint, FileEntry file) {
    CheckpointId id = CheckpointLog.id(checkpoint);
    try {
      Staging present = place;
      if (present != null) {
        try {
          return FileChannel.open(path(present, id, file), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
          LOG.debug("{} of {} has to be fetched", file.name(), id);
        }
      }
      return fetch(checkpoint, id, file);
    } catch (IOException e) {
      throw new CheckpointException(
          "cannot keep %s of %s in %s: %s".formatted(file.name(), id, directory, FileReason.of(e)),
          e);
    }
  }

  private static Path path(Staging place, CheckpointId id, FileEntry file) {
    return place.directory().resolve(id.version()).resolve(file.name());
  }

  private synchronized FileChannel fetch(
      CheckpointPublished checkpoint, CheckpointId id, FileEntry file) throws IOException {
    if (place == null) {
      place = Staging.in(directory);
    }
    Path path = path(place, id, file);
    if (Files.notExists(path)) {
      Path fresh = place.directory().resolve(".fresh-" + UUID.randomUUID());
      Files.createDirectories(place.directory());
      stores.fetchFile(checkpoint.getLocation(), id, file, fresh);
      keep(place.directory().resolve(id.version()));
      Files.createDirectories(path.getParent());
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    }
    return FileChannel.open(path, StandardOpenOption.READ);
  }

  private void keep(Path version) throws IOException {
    versions.remove(version);
    versions.add(version);
    while (versions.size() > VERSIONS) {
      FileTree.delete(versions.remove());
    }
  }

  @Override
  public synchronized void close() {
    stores.close();
    try {
      if (place != null) {
        place.close();
      }
    } catch (IOException e) {
      LOG.warn("{} was not cleared: {}", directory, e.toString());
    }
  }
}
