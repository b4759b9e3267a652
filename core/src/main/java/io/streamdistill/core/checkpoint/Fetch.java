package io.streamdistill.core.checkpoint;

import io.streamdistill.core.exit.FileReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How every store hands a checkpoint out: whole and verified, or not at all. */
public final class Fetch {

  private static final Logger LOG = LoggerFactory.getLogger(Fetch.class);

  private Fetch() {}

  /** Where the files of a checkpoint come from. */
  @FunctionalInterface
  public interface Source {
    /** Writes the files into a directory, or the one file, which it creates, and fsyncs them. */
    void writeTo(Path target) throws IOException;
  }

  /**
   * Lets {@code source} write one file, and verifies it. What fails leaves nothing.
   *
   * @throws CheckpointException when {@code target} exists or cannot be written, or what was
   *     written is not {@code file}
   */
  public static void file(CheckpointId id, FileEntry file, Path target, Source source) {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new CheckpointException(
          "cannot fetch %s of %s into %s: it exists; name a new file"
              .formatted(file.name(), id, target));
    }
    boolean intact = false;
    try {
      source.writeTo(target);
      CheckpointVerifier.verify(target, id, file);
      intact = true;
    } catch (IOException e) {
      throw new CheckpointException(
          "cannot fetch %s of %s into %s: %s".formatted(file.name(), id, target, FileReason.of(e)),
          e);
    } finally {
      if (!intact) {
        delete(target);
      }
    }
  }

  private static void delete(Path target) {
    try {
      Files.deleteIfExists(target);
    } catch (IOException e) {
      LOG.warn("{} is of no use and cannot be deleted", target, e);
    }
  }

  /**
   * Lets {@code source} fill a temporary sibling of {@code target}, verifies it, renames it.
   *
   * @throws CheckpointException when {@code target} exists or cannot be written, or what was
   *     written is not the checkpoint {@code id}, complete and intact
   */
  public static void into(CheckpointId id, Path target, Source source) {
    Path absolute = target.toAbsolutePath().normalize();
    if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
      throw new CheckpointException(
          "cannot fetch %s into %s: it exists; name a new directory".formatted(id, target));
    }
    Path parent = absolute.getParent();
    if (parent == null) {
      throw new CheckpointException("cannot fetch %s into %s".formatted(id, target));
    }
    try (Staging staging = Staging.in(parent)) {
      source.writeTo(staging.directory());
      CheckpointVerifier.verifyIs(id, staging.directory());
      staging.publish(absolute);
    } catch (NotDirectoryException e) {
      throw new CheckpointException(
          "cannot fetch %s into %s: %s is not a directory".formatted(id, target, e.getFile()), e);
    } catch (IOException | UncheckedIOException e) {
      throw new CheckpointException(
          "cannot fetch %s into %s: %s".formatted(id, target, FileReason.of(e)), e);
    }
  }
}
