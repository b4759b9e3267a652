package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * Keeps whole checkpoints. A checkpoint is a directory with a {@code manifest.json} that names
 * every other file with its size and SHA-256; it is stored completely or not at all.
 */
public interface CheckpointStore extends AutoCloseable {

  /**
   * Stores the files of {@code directory} durably.
   *
   * @return where they are, for the announcement
   * @throws CheckpointException when they cannot be stored, or the id is taken already
   */
  URI put(CheckpointId id, Path directory);

  /** Fetches whatever checkpoint is stored under {@code id}, as its manifest has it. */
  default void fetch(CheckpointId id, Path directory) {
    fetch(id, ExpectedFiles.ofManifest(), directory);
  }

  /**
   * Fetches a checkpoint into {@code directory}, which must not exist, and verifies every size and
   * SHA-256 before the directory appears under its name. No more is copied of a file than the size
   * that is expected.
   *
   * @throws CheckpointException when it is missing, incomplete, not what is expected, or larger
   *     than what is free on the disk
   */
  void fetch(CheckpointId id, ExpectedFiles expected, Path directory);

  /**
   * Fetches one file of a checkpoint, verified, without the others.
   *
   * @param file as the announcement or the manifest has it
   * @param target where to; must not exist, its directory must
   * @throws CheckpointException when the file is missing or is not {@code file}; nothing is at
   *     {@code target} then
   */
  void fetchFile(CheckpointId id, FileEntry file, Path target);

  /** Returns the complete checkpoints of a student, oldest version first. */
  List<CheckpointId> list(String student);

  /** Deletes a checkpoint; does nothing when it is not there. */
  void delete(CheckpointId id);

  @Override
  void close();
}
