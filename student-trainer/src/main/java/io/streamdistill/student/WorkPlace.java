package io.streamdistill.student;

import io.streamdistill.exit.FileReason;
import io.streamdistill.student.publish.FencedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A student's work directory, in which one trainer at a time works, and its id. */
final class WorkPlace implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WorkPlace.class);

  private static final String LOCK_FILE = "lock";
  private static final String ID_FILE = "id";

  private final FileLock lock;
  private final String id;

  private WorkPlace(FileLock lock, String id) {
    this.lock = lock;
    this.id = id;
  }

  /**
   * Takes a directory, which is created.
   *
   * @throws FencedException when another trainer works in it
   * @throws StudentException when it cannot be written to
   */
  static WorkPlace take(String student, Path directory) {
    FileLock lock = locked(student, directory);
    try {
      return new WorkPlace(lock, idOf(directory));
    } catch (RuntimeException e) {
      release(lock);
      throw e;
    }
  }

  /** Ids of directories on different hosts differ, whatever the hosts and paths are called. */
  private static String idOf(Path directory) {
    Path file = directory.resolve(ID_FILE);
    try {
      if (!Files.exists(file)) {
        Files.writeString(file, UUID.randomUUID().toString());
      }
      return UUID.fromString(Files.readString(file).strip()).toString();
    } catch (IOException e) {
      throw new StudentException("cannot read and write %s: %s".formatted(file, e), e);
    } catch (IllegalArgumentException e) { // cut off by a kill
      try {
        Files.delete(file);
      } catch (IOException failed) {
        e.addSuppressed(failed);
        throw new StudentException("cannot replace %s: %s".formatted(file, failed), e);
      }
      return idOf(directory);
    }
  }

  private static FileLock locked(String student, Path directory) {
    Path file = directory.resolve(LOCK_FILE);
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock taken = tryLock(channel);
      if (taken != null) {
        return taken;
      }
      channel.close();
    } catch (IOException e) {
      throw new StudentException(
          "cannot write to %s: %s. Set student.checkpoint.work-dir to a directory that the trainer may write to"
              .formatted(directory, FileReason.of(e)),
          e);
    }
    throw new FencedException(
        "another trainer of student '%s' runs on this host, in the work directory %s: stop it, or give this one another student.name"
            .formatted(student, directory),
        null);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) { // in this process
      return null;
    }
  }

  /** Its id, the same whenever it is taken, and no other directory's. */
  String id() {
    return id;
  }

  @Override
  public void close() {
    release(lock);
  }

  private static void release(FileLock lock) {
    try {
      lock.acquiredBy().close();
    } catch (IOException e) {
      log.debug("the lock file is released by the end of the process", e);
    }
  }
}
