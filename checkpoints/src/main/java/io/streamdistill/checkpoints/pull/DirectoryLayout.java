package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import java.io.IOException;
import java.nio.file.Path;

/** How a pulled checkpoint lies in its directory, for those who serve it. */
public enum DirectoryLayout {

  /** The directory is the checkpoint. */
  PLAIN {
    @Override
    Path checkpoint(Path directory, CheckpointId id) {
      return directory;
    }

    @Override
    void complete(Path directory, Manifest manifest) {
      // nothing is missing
    }

    @Override
    void renew(Path directory, CheckpointId id) {
      // readers look at the link
    }
  },

  /**
   * The directory is a model repository of Triton, which KServe's {@code storageUri} may name as
   * well: {@code STUDENT/config.pbtxt}, {@code STUDENT/labels.txt}, and the checkpoint as {@code
   * STUDENT/NUMBER}.
   */
  TRITON {
    @Override
    Path checkpoint(Path directory, CheckpointId id) {
      return TritonRepository.checkpoint(directory, id);
    }

    @Override
    void complete(Path directory, Manifest manifest) throws IOException {
      TritonRepository.complete(directory, manifest);
    }

    @Override
    void renew(Path directory, CheckpointId id) throws IOException {
      TritonRepository.renew(directory, id);
    }
  };

  /** Where in the directory the checkpoint is. */
  abstract Path checkpoint(Path directory, CheckpointId id);

  /** Adds what the layout has beside the checkpoint, fsynced. */
  abstract void complete(Path directory, Manifest manifest) throws IOException;

  /** Lets those who compare times see that the directory takes another one's place. */
  abstract void renew(Path directory, CheckpointId id) throws IOException;
}
