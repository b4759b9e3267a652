package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
  private final Map<String, CompletableFuture<Path>> fetches = new ConcurrentHashMap<>();
  private final ExecutorService fetching =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "checkpoints-fetch");
            thread.setDaemon(true);
            return thread;
          });
  private volatile @Nullable Staging place;
  private boolean closed;

  FileShelf(CheckpointStores stores, Path directory) {
    this.stores = new OpenStores(stores);
    this.directory = directory;
  }

  /**
   * Opens a file, which is fetched first if it is not there; others who want it wait for the same
   * fetch. What is open stays readable, whatever is cleared away meanwhile.
   */
  CompletableFuture<FileChannel> open(Announcement checkpoint, FileEntry file) {
    CheckpointId id = checkpoint.id();
    try {
      Staging present = place;
      if (present != null) {
        try {
          return CompletableFuture.completedFuture(
              FileChannel.open(path(present, id, file), StandardOpenOption.READ));
        } catch (NoSuchFileException e) {
          LOG.debug("{} of {} has to be fetched", file.name(), id);
        }
      }
    } catch (IOException e) {
      throw cannotKeep(id, file, e);
    }
    return fetched(checkpoint, id, file)
        .thenApply(
            path -> {
              try {
                return FileChannel.open(path, StandardOpenOption.READ);
              } catch (IOException e) {
                throw cannotKeep(id, file, e);
              }
            });
  }

  private CheckpointException cannotKeep(CheckpointId id, FileEntry file, IOException e) {
    return new CheckpointException(
        "cannot keep %s of %s in %s: %s".formatted(file.name(), id, directory, FileReason.of(e)),
        e);
  }

  /** One fetch after the other: stores are not thread-safe, and lines are shared anyway. */
  private CompletableFuture<Path> fetched(
      Announcement checkpoint, CheckpointId id, FileEntry file) {
    String name = id + "/" + file.name();
    CompletableFuture<Path> begun = new CompletableFuture<>();
    CompletableFuture<Path> underWay = fetches.putIfAbsent(name, begun);
    if (underWay != null) {
      return underWay;
    }
    fetching.execute(
        () -> {
          try {
            Path path = fetch(checkpoint, id, file);
            fetches.remove(name);
            begun.complete(path); // those who wait open it here, before the next fetch
          } catch (IOException e) {
            fetches.remove(name);
            begun.completeExceptionally(cannotKeep(id, file, e));
          } catch (RuntimeException e) {
            fetches.remove(name);
            begun.completeExceptionally(e);
          }
        });
    return begun;
  }

  private static Path path(Staging place, CheckpointId id, FileEntry file) {
    return place.directory().resolve(id.version()).resolve(file.name());
  }

  private synchronized Path fetch(Announcement checkpoint, CheckpointId id, FileEntry file)
      throws IOException {
    if (closed) {
      throw new CheckpointException("%s is not served any more: the trainer ends".formatted(id));
    }
    if (place == null) {
      place = Staging.in(directory);
    }
    Path path = path(place, id, file);
    if (Files.notExists(path)) {
      Path fresh = place.directory().resolve(".fresh-" + UUID.randomUUID());
      Files.createDirectories(place.directory());
      stores.fetchFile(checkpoint.location(), id, file, fresh);
      keep(place.directory().resolve(id.version()));
      Files.createDirectories(path.getParent());
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    }
    return path;
  }

  private void keep(Path version) throws IOException {
    versions.remove(version);
    versions.add(version);
    while (versions.size() > VERSIONS) {
      FileTree.delete(versions.remove());
    }
  }

  /** Waits for the fetch that is under way, if any: its store cannot be closed under it. */
  @Override
  public synchronized void close() {
    closed = true;
    fetching.shutdown();
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
