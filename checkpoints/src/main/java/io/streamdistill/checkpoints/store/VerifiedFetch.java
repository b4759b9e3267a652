package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.exit.FileReason;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How every store hands a checkpoint out: whole and verified, or not at all. */
public final class VerifiedFetch {

  private static final Logger LOG = LoggerFactory.getLogger(VerifiedFetch.class);
  private static final int BUFFER_BYTES = 1 << 16;

  private VerifiedFetch() {}

  /** Where the files of a checkpoint come from. */
  @FunctionalInterface
  public interface Source {
    /**
     * Writes the file, which it creates, and fsyncs it; hashes it on the way.
     *
     * @throws CheckpointException when it is another than was asked for
     */
    void writeTo(Path target) throws IOException;
  }

  /** Where a whole checkpoint comes from. */
  public interface Parts {
    /** Writes the manifest to {@code file}; one of more than {@code maxBytes} is an error. */
    void manifest(Path file, int maxBytes) throws IOException;

    /**
     * Writes files under {@code directory}, in which their directories exist, and fsyncs them;
     * never more of one than its size. Hashes them on the way: nobody reads them once more.
     *
     * @throws CheckpointException when one has another hash than its entry
     */
    void files(List<FileEntry> files, Path directory) throws IOException;
  }

  /**
   * Lets {@code source} write one file. What fails leaves nothing.
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
      intact = true;
    } catch (IOException | UncheckedIOException e) {
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
   * Lets {@code parts} fill a temporary sibling of {@code target}, the manifest first, makes sure
   * that nothing is missing and nothing too much, renames it.
   *
   * @throws CheckpointException when {@code target} exists or cannot be written, or what was
   *     written is not the checkpoint {@code id}, as expected, complete and intact
   */
  public static void into(CheckpointId id, ExpectedFiles expected, Path target, Parts parts) {
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
      Manifest manifest = write(id, expected, staging.directory(), parts);
      CheckpointVerifier.requireFiles(staging.directory(), manifest);
      staging.publish(absolute);
    } catch (NotDirectoryException e) {
      throw new CheckpointException(
          "cannot fetch %s into %s: %s is not a directory".formatted(id, target, e.getFile()), e);
    } catch (IOException | UncheckedIOException e) {
      throw new CheckpointException(
          "cannot fetch %s into %s: %s".formatted(id, target, FileReason.of(e)), e);
    }
  }

  private static Manifest write(
      CheckpointId id, ExpectedFiles expected, Path directory, Parts parts) throws IOException {
    Files.createDirectory(directory);
    parts.manifest(directory.resolve(Manifest.FILE_NAME), expected.manifestBytes());
    Manifest manifest = expected.read(id, directory);
    List<FileEntry> files = manifest.files();
    requireRoom(id, directory, files);
    for (FileEntry file : files) {
      Files.createDirectories(directory.resolve(file.name()).getParent());
    }
    parts.files(files, directory);
    return manifest;
  }

  /** Said before hours of copying, and before others on the disk are in want of it. */
  private static void requireRoom(CheckpointId id, Path directory, List<FileEntry> files)
      throws IOException {
    BigInteger wanted =
        files.stream()
            .map(file -> BigInteger.valueOf(file.size()))
            .reduce(BigInteger.ZERO, BigInteger::add);
    long free = Files.getFileStore(directory).getUsableSpace();
    if (wanted.compareTo(BigInteger.valueOf(free)) > 0) {
      throw new CheckpointException(
          "cannot fetch %s into %s: its files have %d bytes, and %d are free there"
              .formatted(id, directory.getParent(), wanted, free));
    }
  }

  /**
   * Copies a file of a checkpoint, hashes what is copied, and fsyncs the copy; what has another
   * size is not copied on.
   *
   * @throws CheckpointException when it has another size or hash than {@code file}
   */
  static void copy(CheckpointId id, FileEntry file, Path from, Path to) throws IOException {
    if (!Files.isRegularFile(from, LinkOption.NOFOLLOW_LINKS)) { // a pipe would be waited for
      throw notIntact(id, file.name() + ": is not a regular file");
    }
    long size = Files.size(from);
    if (size != file.size()) {
      throw otherSize(id, file, size + " bytes");
    }
    MessageDigest digest = FileTree.sha256();
    try (InputStream in = Files.newInputStream(from, LinkOption.NOFOLLOW_LINKS);
        FileOutputStream out = new FileOutputStream(to.toFile())) {
      byte[] buffer = new byte[BUFFER_BYTES];
      long missing = size;
      while (missing > 0) {
        int read = in.read(buffer, 0, (int) Math.min(BUFFER_BYTES, missing));
        if (read < 0) {
          throw otherSize(id, file, (size - missing) + " bytes by now");
        }
        out.write(buffer, 0, read);
        digest.update(buffer, 0, read);
        missing -= read;
      }
      out.getFD().sync();
      if (in.read() >= 0) {
        throw otherSize(id, file, "more bytes by now");
      }
    }
    String sha256 = HexFormat.of().formatHex(digest.digest());
    if (!sha256.equals(file.sha256())) {
      throw notIntact(
          id, "%s: has sha-256 %s, expected %s".formatted(file.name(), sha256, file.sha256()));
    }
  }

  static CheckpointException otherSize(CheckpointId id, FileEntry file, String found) {
    return notIntact(id, "%s: has %s, expected %d".formatted(file.name(), found, file.size()));
  }

  private static CheckpointException notIntact(CheckpointId id, String problem) {
    return new CheckpointException(
        "checkpoint %s is not intact in its store; use another one:%n  %s".formatted(id, problem));
  }
}
