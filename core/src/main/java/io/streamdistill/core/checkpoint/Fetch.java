package io.streamdistill.core.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** How every store hands a checkpoint out: whole and verified, or not at all. */
public final class Fetch {

  private Fetch() {}

  /** Where the files of a checkpoint come from. */
  @FunctionalInterface
  public interface Source {
    /** Writes the files into {@code directory}, which it creates, and fsyncs them. */
    void writeTo(Path directory) throws IOException;
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
      throw new CheckpointException("cannot fetch %s into %s: %s".formatted(id, target, e), e);
    }
  }
}
