package io.streamdistill.cli.pull;

import io.streamdistill.core.checkpoint.CheckpointException;
import io.streamdistill.core.checkpoint.CheckpointVerifier;
import io.streamdistill.core.checkpoint.Manifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks that a checkpoint on disk is intact and that its model can be deployed. */
public final class CheckpointChecks {

  private static final String MODEL = "model.onnx";

  private CheckpointChecks() {}

  /**
   * Checks the checkpoint in {@code directory}: first its hashes, then its model. The model of a
   * checkpoint that is not intact is not loaded.
   *
   * @return every check made, in order; the last may have failed
   */
  public static List<Check> run(Path directory) {
    Manifest manifest;
    try {
      manifest = CheckpointVerifier.verify(directory);
    } catch (CheckpointException e) {
      return List.of(Check.failed("hashes", String.valueOf(e.getMessage())));
    }
    List<Check> checks = new ArrayList<>();
    checks.add(
        Check.passed(
            "hashes",
            "%d files of %s match the manifest's SHA-256"
                .formatted(manifest.files().size(), manifest.id())));
    checks.addAll(
        ModelChecks.run(
            directory.resolve(MODEL), manifest.features(), manifest.classNames().size()));
    return List.copyOf(checks);
  }
}
