package io.streamdistill.checkpoints.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.FileEntry;
import java.io.IOException;
import java.util.List;

/**
 * The file table of a checkpoint in the {@code kafka:} store, as JSON: it makes the chunks before
 * it a checkpoint.
 *
 * @param format version of this table's format, 1
 * @param files every file, in the order of its chunks on the log
 */
record ChunkIndex(int format, List<ChunkedFile> files) {

  static final int FORMAT = 1;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /**
   * A file and where its chunks are.
   *
   * @param file name, size and hash
   * @param offsets offset of every chunk, in order, all in the partition of the index
   */
  record ChunkedFile(FileEntry file, List<Long> offsets) {

    ChunkedFile {
      offsets = List.copyOf(offsets);
      for (int chunk = 1; chunk < offsets.size(); chunk++) {
        if (offsets.get(chunk) <= offsets.get(chunk - 1)) {
          throw new CheckpointException("chunks of %s are out of order".formatted(file.name()));
        }
      }
    }
  }

  ChunkIndex {
    if (format != FORMAT) {
      throw new CheckpointException(
          "the index has format %d, this build reads %d; use a newer StreamDistill"
              .formatted(format, FORMAT));
    }
    files = List.copyOf(files);
  }

  byte[] toBytes() {
    try {
      return MAPPER.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an index is always JSON", e);
    }
  }

  static ChunkIndex fromBytes(byte[] json) {
    try {
      return MAPPER.readValue(json, ChunkIndex.class);
    } catch (IOException e) {
      throw new CheckpointException("not the index of a checkpoint: " + e.getMessage(), e);
    }
  }
}
