package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.store.StoredModel;
import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Names of a checkpoint's files, and the disposal of those that were put together locally. */
final class CheckpointFiles {

  static final String MODEL = StoredModel.FILE_NAME;
  static final String SMALL_MODEL = "model.int8.onnx";

  /** What the names of its metrics begin with. */
  static final String SMALL_MODEL_METRICS = "int8_";

  static final String WEIGHTS = "weights.safetensors";
  static final String TRAINER_STATE = "trainer-state.safetensors";
  static final String CONFIG = "config.json";
  static final String MODEL_CARD = "README.md";

  private CheckpointFiles() {}

  static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FileReason.of(e), e);
    }
  }

  /** Deletes a directory and what is in it; does nothing when it is not there. */
  static void deleteTree(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(directory)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + FileReason.of(e), e);
    }
  }
}
