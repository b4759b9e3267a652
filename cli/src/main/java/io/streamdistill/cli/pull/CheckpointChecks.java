package io.streamdistill.cli.pull;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestSignature;
import io.streamdistill.checkpoints.store.StoredModel;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.engine.export.OnnxParity;
import io.streamdistill.onnx.StudentModel;
import io.streamdistill.student.CheckpointParity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks that a checkpoint on disk is intact and that its model can be deployed. */
public final class CheckpointChecks {

  private final Path directory;
  private final TrustedKeys keys;
  private final List<Check> checks = new ArrayList<>();

  private CheckpointChecks(Path directory, TrustedKeys keys) {
    this.directory = directory;
    this.keys = keys;
  }

  /**
   * Checks the checkpoint in {@code directory}: first its hashes and signature, then what its model
   * consists of, then what it does. Nothing of a checkpoint is read that an earlier check has
   * refused.
   *
   * @param keys one of which must have signed it, unless there are none
   * @return every check made, in order; the last may have failed
   */
  public static List<Check> run(Path directory, TrustedKeys keys) {
    CheckpointChecks run = new CheckpointChecks(directory, keys);
    run.run();
    return List.copyOf(run.checks);
  }

  private void run() {
    Manifest manifest = intact();
    if (manifest == null || !isTrusted(manifest) || !hasModelsOfStudent(manifest)) {
      return;
    }
    for (String model : StoredModel.names(manifest)) {
      if (checks.stream().allMatch(Check::passed)) {
        checks.addAll(
            ModelChecks.run(
                directory.resolve(model), manifest.features(), manifest.classNames().size()));
      }
    }
    if (checks.stream().allMatch(Check::passed)) {
      parity(manifest);
    }
  }

  private @Nullable Manifest intact() {
    try {
      Manifest manifest = CheckpointVerifier.verify(directory);
      checks.add(
          Check.passed(
              "hashes",
              "%d files of %s match the manifest's SHA-256"
                  .formatted(manifest.files().size(), manifest.id())));
      return manifest;
    } catch (CheckpointException e) {
      checks.add(Check.failed("hashes", String.valueOf(e.getMessage())));
      return null;
    }
  }

  private boolean isTrusted(Manifest manifest) {
    ManifestSignature signature = manifest.signature();
    if (keys.isEmpty()) {
      checks.add(
          Check.passed(
              "signature",
              signature == null
                  ? "there is none, and none was asked for"
                  : "not checked, give --public-key; it is to be of key " + signature.keyId()));
      return true;
    }
    try {
      keys.requireSigned(directory);
      checks.add(
          Check.passed(
              "signature",
              "manifest.json is signed with key "
                  + (signature == null ? "none" : signature.keyId())));
      return true;
    } catch (CheckpointException e) {
      checks.add(Check.failed("signature", String.valueOf(e.getMessage())));
      return false;
    }
  }

  private boolean hasModelsOfStudent(Manifest manifest) {
    List<String> models = StoredModel.names(manifest);
    if (!models.contains(StoredModel.FILE_NAME)) {
      checks.add(Check.failed("operators", "there is no " + StoredModel.FILE_NAME));
      return false;
    }
    for (String model : models) {
      Optional<String> problem = StudentModel.problem(directory.resolve(model));
      if (problem.isPresent()) {
        checks.add(Check.failed("operators", "%s %s".formatted(model, problem.get())));
        return false;
      }
    }
    checks.add(
        Check.passed(
            "operators",
            "%s: only those that students have, all weights are in the file"
                .formatted(String.join(", ", models))));
    return true;
  }

  private void parity(Manifest manifest) {
    try {
      check("the model differs from its weights", CheckpointParity.ofModel(directory, manifest));
      Optional<OnnxParity> small = CheckpointParity.ofSmallModel(directory, manifest);
      if (small.isPresent()) {
        check("model.int8.onnx differs from the quantized model", small.get());
      }
    } catch (CheckpointException e) {
      checks.add(Check.failed("parity", String.valueOf(e.getMessage())));
    }
  }

  private void check(String what, OnnxParity parity) {
    String found =
        String.format(
            Locale.ROOT,
            "%s by at most %.2g in a probability and %.2g in a logit",
            what,
            parity.probabilities(),
            parity.logits());
    checks.add(
        parity.probabilities() <= parity.tolerance() // not if NaN
            ? Check.passed("parity", found)
            : Check.failed(
                "parity",
                "%s; %.0e is allowed in a probability".formatted(found, parity.tolerance())));
  }
}
