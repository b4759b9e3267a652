package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The model of a checkpoint, straight out of its store. */
public final class StoredModel {

  /** Name of the model in a checkpoint. */
  public static final String FILE_NAME = "model.onnx";

  private StoredModel() {}

  /** Every model of a checkpoint: {@value #FILE_NAME}, and variants of it such as int8 ones. */
  public static List<String> names(Manifest manifest) {
    return manifest.files().stream()
        .map(FileEntry::name)
        .filter(name -> name.endsWith(".onnx"))
        .toList();
  }

  /**
   * Fetches and verifies a checkpoint, and returns its model; nothing stays on disk.
   *
   * @param workDir where it is fetched to
   * @throws CheckpointException when it is missing, or not intact
   */
  public static byte[] read(CheckpointStore store, CheckpointId id, Path workDir) {
    try (Staging staging = Staging.in(workDir)) {
      store.fetch(id, staging.directory());
      return Files.readAllBytes(staging.directory().resolve(FILE_NAME));
    } catch (IOException e) {
      throw new CheckpointException("cannot read the model of %s: %s".formatted(id, e), e);
    }
  }
}
