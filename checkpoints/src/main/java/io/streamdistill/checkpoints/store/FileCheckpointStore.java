package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestFile;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
  public void fetch(CheckpointId id, ExpectedFiles expected, Path directory) {
    Path source = path(id);
    if (!Files.isDirectory(source)) {
      throw missing("checkpoint " + id);
    }
    VerifiedFetch.into(id, expected, directory, parts(id));
  }

  /** What a fetch copies: the manifest, then the files. */
  public VerifiedFetch.Parts parts(CheckpointId id) {
    return new Stored(id, path(id));
  }

  private CheckpointException missing(String what) {
    return Files.isDirectory(root)
        ? new CheckpointException("there is no %s under %s".formatted(what, root))
        : away(what);
  }

  private UnreachableException away(String what) {
    return new UnreachableException(
        "cannot look for %s: store file:%s is not there; is it mounted, and may it be read?"
            .formatted(what, root),
        null);
  }

  /** A checkpoint is deleted by a rename, so that it goes as a whole under who reads it. */
  private final class Stored implements VerifiedFetch.Parts {

    private final CheckpointId id;
    private final Path source;

    Stored(CheckpointId id, Path source) {
      this.id = id;
      this.source = source;
    }

    @Override
    public void manifest(Path file, int maxBytes) throws IOException {
      if (!Files.isDirectory(source)) {
        throw gone(null);
      }
      byte[] json = ManifestFile.bytes(source);
      if (json.length > maxBytes) {
        throw new CheckpointException(
            "%s has %d bytes, expected %d"
                .formatted(source.resolve(Manifest.FILE_NAME), json.length, maxBytes));
      }
      Files.write(file, json);
      FileTree.fsync(file);
    }

    @Override
    public void files(List<FileEntry> files, Path directory) throws IOException {
      try {
        requireNothingElse(files);
        for (FileEntry file : files) {
          VerifiedFetch.copy(id, file, source.resolve(file.name()), directory.resolve(file.name()));
        }
      } catch (IOException | UncheckedIOException | CheckpointException e) {
        if (Files.isDirectory(source)) {
          throw e;
        }
        throw gone(e);
      }
    }

    private CheckpointException gone(@Nullable Exception cause) {
      if (!Files.isDirectory(root)) {
        return away("checkpoint " + id);
      }
      return new CheckpointException(
          "checkpoint %s under %s went away while it was read; was it deleted just now?"
              .formatted(id, root),
          cause);
    }

    /** Stops at the first file that the manifest does not name. */
    private void requireNothingElse(List<FileEntry> files) throws IOException {
      Set<String> known = files.stream().map(FileEntry::name).collect(Collectors.toSet());
      known.add(Manifest.FILE_NAME);
      try (Stream<Path> tree = Files.walk(source)) {
        for (Path path : (Iterable<Path>) tree::iterator) {
          String name = source.relativize(path).toString().replace('\\', '/');
          if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && !known.contains(name)) {
            throw new CheckpointException(
                "checkpoint %s is not intact in its store; use another one:%n  %s: is not in the manifest"
                    .formatted(id, name));
          }
        }
      }
    }
  }

  @Override
  public void fetchFile(CheckpointId id, FileEntry file, Path target) {
    Path source = path(id).resolve(file.name());
    if (!Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
      throw missing("%s of checkpoint %s".formatted(file.name(), id));
    }
    VerifiedFetch.file(id, file, target, copy -> VerifiedFetch.copy(id, file, source, copy));
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
