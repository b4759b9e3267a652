package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.FileTree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A temporary directory beside the place where its content will appear at once. While it is in use
 * its owner holds a file lock, which the operating system releases when the owner dies; whoever
 * comes next clears what the dead left behind.
 */
public final class Staging implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Staging.class);

  /**
   * Names in use in this process: as POSIX has it, opening and closing one's own lock file gives up
   * the lock.
   */
  private static final Set<String> IN_USE_HERE = ConcurrentHashMap.newKeySet();

  private static final String PREFIX = ".staging-";
  private static final String LOCK_SUFFIX = ".lock";

  private final Path parent;
  private final String name;
  private final Path directory;
  private final Path lockFile;
  private final FileChannel lockChannel;

  private Staging(Path parent, String name, FileChannel lockChannel) {
    this.parent = parent;
    this.name = name;
    this.directory = parent.resolve(name);
    this.lockFile = parent.resolve(name + LOCK_SUFFIX);
    this.lockChannel = lockChannel;
  }

  /** Opens a staging place in {@code parent}, which is created, and clears dead ones. */
  public static Staging in(Path parent) throws IOException {
    Files.createDirectories(parent);
    clearDead(parent);
    while (true) {
      String name = PREFIX + UUID.randomUUID();
      IN_USE_HERE.add(name);
      FileChannel channel =
          FileChannel.open(
              parent.resolve(name + LOCK_SUFFIX),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE);
      if (channel.tryLock() != null) {
        return new Staging(parent, name, channel);
      }
      channel.close(); // another process took the new file for a dead one's
      IN_USE_HERE.remove(name);
    }
  }

  private static void clearDead(Path parent) throws IOException {
    try (DirectoryStream<Path> locks =
        Files.newDirectoryStream(parent, PREFIX + "*" + LOCK_SUFFIX)) {
      for (Path lockFile : locks) {
        String fileName = lockFile.getFileName().toString();
        String name = fileName.substring(0, fileName.length() - LOCK_SUFFIX.length());
        if (!IN_USE_HERE.contains(name)) {
          clearIfDead(lockFile, parent.resolve(name));
        }
      }
    }
  }

  private static void clearIfDead(Path lockFile, Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
      if (channel.tryLock() != null) {
        FileTree.delete(directory);
        Files.deleteIfExists(lockFile);
      }
    } catch (NoSuchFileException | OverlappingFileLockException e) {
      LOG.debug("Another writer finished with or cleared {}", lockFile, e);
    }
  }

  /** The temporary directory; does not exist at first. */
  public Path directory() {
    return directory;
  }

  /**
   * Makes the directory appear as {@code target}, durably.
   *
   * @param target a sibling that does not exist, or is an empty directory
   */
  public void publish(Path target) throws IOException {
    FileTree.fsyncDirectories(directory);
    Files.move(directory, target, StandardCopyOption.ATOMIC_MOVE);
    FileTree.fsync(parent);
  }

  /** Moves a sibling in, out of its readers' sight; it is deleted on {@link #close}. */
  public void discard(Path sibling) throws IOException {
    Files.move(sibling, directory, StandardCopyOption.ATOMIC_MOVE);
    FileTree.fsync(parent);
  }

  /** Deletes the directory, unless it was published. */
  @Override
  public void close() throws IOException {
    try (lockChannel) {
      FileTree.delete(directory);
      Files.deleteIfExists(lockFile);
    } finally {
      IN_USE_HERE.remove(name);
    }
  }
}
