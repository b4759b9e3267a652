package io.streamdistill.core.checkpoint;

import io.streamdistill.core.exit.FileReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checkpoints as directories {@code root/student/version}. A version appears by one rename, after
 * its files and directories are on disk, so that a kill at any moment leaves nothing half visible;
 * what a kill does leave is cleared by the next put of the student.
 */
public final class FileCheckpointStore implements CheckpointStore {

  private final Path root;

  /** Creates a store under {@code root}; the directory is created by the first put. */
  public FileCheckpointStore(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  @Override
  public URI put(CheckpointId id, Path directory) {
    CheckpointVerifier.verifyIs(id, directory);
    Path target = path(id);
    try (Staging staging = Staging.in(root.resolve(id.student()))) {
      requireFree(id, target);
      FileTree.copy(directory, staging.directory());
      requireFree(id, target);
      staging.publish(target);
      FileTree.fsync(root);
      return target.toUri();
    } catch (IOException e) {
      throw new CheckpointException(
          "cannot store checkpoint %s under %s: %s".formatted(id, root, FileReason.of(e)), e);
    }
  }

  private static void requireFree(CheckpointId id, Path target) {
    if (Files.exists(target)) {
      throw new CheckpointException(
          "checkpoint %s is stored already, in %s; versions are never overwritten"
              .formatted(id, target));
    }
  }

  @Override
  public void fetch(CheckpointId id, Path directory) {
    Path source = path(id);
    if (!Files.isDirectory(source)) {
      throw new CheckpointException("there is no checkpoint %s under %s".formatted(id, root));
    }
    Fetch.into(id, directory, staging -> copy(id, source, staging));
  }

  /** A checkpoint is deleted by a rename, so that it goes as a whole under who reads it. */
  private void copy(CheckpointId id, Path source, Path target) throws IOException {
    try {
      FileTree.copy(source, target);
    } catch (IOException | UncheckedIOException e) {
      if (Files.isDirectory(source)) {
        throw e;
      }
      throw new CheckpointException(
          "checkpoint %s under %s went away while it was read; was it deleted just now?"
              .formatted(id, root),
          e);
    }
  }

  @Override
  public void fetchFile(CheckpointId id, FileEntry file, Path target) {
    Path source = path(id).resolve(file.name());
    if (!Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
      throw new CheckpointException(
          "there is no %s of checkpoint %s under %s".formatted(file.name(), id, root));
    }
    Fetch.file(id, file, target, copy -> Files.copy(source, copy, LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public List<CheckpointId> list(String student) {
    Path directory = root.resolve(new CheckpointId(student, "any").student());
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> versions = Files.list(directory)) {
      return versions
          .filter(version -> Files.isRegularFile(version.resolve(Manifest.FILE_NAME)))
          .map(version -> version.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .map(version -> new CheckpointId(student, version))
          .toList();
    } catch (IOException e) {
      throw new CheckpointException(
          "cannot list the checkpoints of %s under %s: %s"
              .formatted(student, root, FileReason.of(e)),
          e);
    }
  }

  @Override
  public void delete(CheckpointId id) {
    Path target = path(id);
    if (Files.notExists(target)) {
      return;
    }
    try (Staging staging = Staging.in(root.resolve(id.student()))) {
      staging.discard(target);
    } catch (IOException e) {
      throw new CheckpointException(
          "cannot delete checkpoint %s under %s: %s".formatted(id, root, FileReason.of(e)), e);
    }
  }

  private Path path(CheckpointId id) {
    return root.resolve(id.student()).resolve(id.version());
  }

  @Override
  public void close() {
    // nothing is held open
  }
}
