package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.checkpoints.store.Staging;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The place where a checkpoint is pulled to: a symbolic link to a directory of its version, beside
 * it in {@code NAME.versions}. A switch is one rename of the link, so a reader sees the old
 * checkpoint or the new one, whole. The version before stays for those who are still reading it.
 */
final class PulledDirectory {

  private static final String VERSIONS = ".versions";
  private static final String LINK = ".link-";

  private final Path link;
  private final Path versions;
  private final DirectoryLayout layout;

  private PulledDirectory(Path link, Path versions, DirectoryLayout layout) {
    this.link = link;
    this.versions = versions;
    this.layout = layout;
  }

  /** The place called {@code out}, of which nothing need exist. */
  static PulledDirectory at(Path out, DirectoryLayout layout) {
    Path link = out.toAbsolutePath().normalize();
    Path name = link.getFileName();
    if (name == null) {
      throw new CheckpointException(
          "cannot pull into " + out + "; name a directory in a directory");
    }
    return new PulledDirectory(link, link.resolveSibling(name + VERSIONS), layout);
  }

  /** Where versions are put together: a rename away from their place. */
  Path versions() {
    return versions;
  }

  /** Whether anything is there. */
  boolean exists() {
    return Files.exists(link, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Makes sure that the place can become a link: nothing is there, or what was pulled before, or an
   * empty directory that can give way.
   *
   * @throws CheckpointException when something else is there
   */
  void requireFree() {
    if (!isEmptyDirectory()) {
      return;
    }
    try {
      if (!Files.getFileStore(link).equals(Files.getFileStore(parent()))) {
        throw new CheckpointException(
            "%s is a mounted volume, which cannot be exchanged as a whole; name a directory in it, such as %s"
                .formatted(link, link.resolve("model")));
      }
    } catch (IOException e) {
      throw new CheckpointException("cannot look at %s: %s".formatted(link, FileReason.of(e)), e);
    }
  }

  /** Whether there is a directory without anything in it. */
  boolean isEmptyDirectory() {
    if (!Files.isDirectory(link, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(link)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      return false; // whoever looks into it says why
    }
  }

  /** Where a version has its checkpoint. */
  Path checkpoint(CheckpointId id) {
    return layout.checkpoint(versions.resolve(id.version()), id);
  }

  /** The checkpoint that readers see now, if it is one of {@code student}. */
  Path present(String student) {
    if (layout == DirectoryLayout.PLAIN) {
      return link;
    }
    try {
      String version = current().filter(CheckpointId::isName).orElse("none");
      return layout.checkpoint(link, new CheckpointId(student, version));
    } catch (IOException e) {
      throw new CheckpointException("cannot read the link %s: %s".formatted(link, e), e);
    }
  }

  /** Gives a staged version its place, unless another process was faster with the same one. */
  void add(Staging staged, CheckpointId id) throws IOException {
    Path target = versions.resolve(id.version());
    try {
      staged.publish(target);
    } catch (FileAlreadyExistsException e) {
      CheckpointVerifier.verify(checkpoint(id));
    } catch (FileSystemException e) { // what a rename over a directory that is not empty gives
      if (Files.notExists(target)) {
        throw e;
      }
      CheckpointVerifier.verify(checkpoint(id));
    }
  }

  /** Whether a version is there already, intact and trusted. */
  boolean has(CheckpointId id, TrustedKeys keys) {
    try {
      return CheckpointVerifier.verify(checkpoint(id), keys).id().equals(id);
    } catch (CheckpointException e) {
      return false;
    }
  }

  /** Takes a damaged version away, so that it can be added anew. */
  void discard(String version) throws IOException {
    Path damaged = versions.resolve(version);
    if (Files.exists(damaged, LinkOption.NOFOLLOW_LINKS)) {
      discard(damaged);
    }
  }

  private void discard(Path directory) throws IOException {
    try (Staging gone = Staging.in(versions)) {
      gone.discard(directory);
    }
  }

  /** Makes a version the one that readers see, then deletes all but it and the one before. */
  void switchTo(CheckpointId id) throws IOException {
    String version = id.version();
    Optional<String> before = current();
    layout.renew(versions.resolve(version), id);
    if (exists() && !Files.isSymbolicLink(link)) {
      try (Staging gone = Staging.in(parent())) { // empty, or pulled by an older StreamDistill
        gone.discard(link);
      } catch (FileSystemException e) {
        throw new CheckpointException(
            "%s is a directory that cannot give way (%s); if a volume is mounted there, name a directory in it, such as %s"
                .formatted(link, FileReason.of(e), link.resolve("model")),
            e);
      }
    }
    Path fresh = versions.resolve(LINK + UUID.randomUUID());
    Files.createSymbolicLink(fresh, parent().relativize(versions).resolve(version));
    Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
    FileTree.fsync(parent());
    clear(version, before);
  }

  private Path parent() {
    Path parent = link.getParent();
    if (parent == null) {
      throw new CheckpointException("cannot pull into " + link);
    }
    return parent;
  }

  private Optional<String> current() throws IOException {
    if (!Files.isSymbolicLink(link)) {
      return Optional.empty();
    }
    Path target = Files.readSymbolicLink(link).getFileName();
    return Optional.ofNullable(target).map(Path::toString);
  }

  private void clear(String version, Optional<String> before) throws IOException {
    Set<String> kept = new HashSet<>(List.of(version));
    before.ifPresent(kept::add);
    List<Path> all;
    try (Stream<Path> entries = Files.list(versions)) {
      all = entries.toList();
    }
    for (Path entry : all) {
      String name = String.valueOf(entry.getFileName());
      if (name.startsWith(LINK)) { // of a process that was killed in between
        Files.deleteIfExists(entry);
      } else if (!name.startsWith(".") && !kept.contains(name)) {
        discard(entry);
      }
    }
  }
}
