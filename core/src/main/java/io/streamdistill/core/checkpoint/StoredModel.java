package io.streamdistill.core.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The model of a checkpoint, straight out of its store. */
public final class StoredModel {

  /** Name of the model in a checkpoint. */
  public static final String FILE_NAME = "model.onnx";

  private StoredModel() {}

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
