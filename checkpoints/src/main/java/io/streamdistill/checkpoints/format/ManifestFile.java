package io.streamdistill.checkpoints.format;

import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A manifest as the file that completes a checkpoint. */
public final class ManifestFile {

  /** Largest manifest that is read, 16 MiB: far more than one has. */
  public static final int MAX_BYTES = 16 << 20;

  private ManifestFile() {}

  /** See {@link Manifest#write(Path, UnaryOperator)}. */
  static Manifest complete(Path directory, Manifest manifest, UnaryOperator<Manifest> signer) {
    try {
      List<FileEntry> found = new ArrayList<>();
      for (String name : FileTree.files(directory)) {
        if (!name.equals(Manifest.FILE_NAME)) {
          FileEntry.requireName(name);
          Path file = directory.resolve(name);
          FileTree.fsync(file);
          found.add(new FileEntry(name, Files.size(file), FileTree.sha256(file)));
        }
      }
      Manifest complete = signer.apply(manifest.withFiles(found));
      FileTree.replace(directory.resolve(Manifest.FILE_NAME), ManifestJson.write(complete));
      FileTree.fsyncDirectories(directory);
      return complete;
    } catch (IOException e) {
      throw new CheckpointException(
          "cannot write the manifest of %s in %s: %s"
              .formatted(manifest.id(), directory, FileReason.of(e)),
          e);
    }
  }

  /** The file {@code manifest.json} of the checkpoint in {@code directory}. */
  public static byte[] bytes(Path directory) {
    Path file = directory.resolve(Manifest.FILE_NAME);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new CheckpointException("%s: is not a regular file".formatted(file));
    }
    try {
      return FileTree.read(file, MAX_BYTES);
    } catch (IOException e) {
      throw new CheckpointException(
          e instanceof FileSystemException
              ? "cannot read " + FileReason.of(e)
              : "cannot read %s: %s".formatted(file, e.getMessage()),
          e);
    }
  }

  /** Understands what {@link #bytes} has read. */
  public static Manifest parse(Path directory, byte[] json) {
    try {
      return ManifestJson.read(json);
    } catch (CheckpointException e) {
      throw new CheckpointException(
          "cannot read %s: %s".formatted(directory.resolve(Manifest.FILE_NAME), e.getMessage()), e);
    }
  }
}
