package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointId;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Key of a record in the {@code kafka:} store: {@code student/version/file/chunk}, or {@code
 * student/version/INDEX} for the file table.
 *
 * @param id the checkpoint
 * @param file name of the file; null for the index
 * @param chunk number of the chunk in its file, from 0; 0 for the index
 */
record ChunkKey(CheckpointId id, @Nullable String file, int chunk) {

  private static final String INDEX = "INDEX";

  static ChunkKey index(CheckpointId id) {
    return new ChunkKey(id, null, 0);
  }

  static ChunkKey chunk(CheckpointId id, String file, int chunk) {
    return new ChunkKey(id, file, chunk);
  }

  boolean isIndex() {
    return file == null;
  }

  byte[] toBytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Parses a key.
   *
   * @throws IllegalArgumentException when it is none
   */
  static ChunkKey fromBytes(byte @Nullable [] key) {
    String text = key == null ? "" : new String(key, StandardCharsets.UTF_8);
    int student = text.indexOf('/');
    int version = text.indexOf('/', student + 1);
    int chunk = text.lastIndexOf('/');
    if (student < 0 || version < 0) {
      throw new IllegalArgumentException("'%s' is no key of a checkpoint file".formatted(text));
    }
    CheckpointId id =
        new CheckpointId(text.substring(0, student), text.substring(student + 1, version));
    String last = text.substring(chunk + 1);
    if (chunk == version) {
      if (!last.equals(INDEX)) {
        throw new IllegalArgumentException("'%s' is no key of a checkpoint file".formatted(text));
      }
      return index(id);
    }
    return chunk(id, text.substring(version + 1, chunk), Integer.parseInt(last));
  }

  @Override
  public String toString() {
    return file == null ? id + "/" + INDEX : id + "/" + file + "/" + chunk;
  }
}
