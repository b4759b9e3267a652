package io.streamdistill.student;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointVersion;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.store.Staging;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.config.ConfigException;
import io.streamdistill.records.Task;
import io.streamdistill.student.calibrate.BiasCorrector;
import io.streamdistill.student.publish.CheckpointRewriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Corrects the output biases of a checkpoint that is published already. The result is another
 * checkpoint, in a directory; of Kafka only the probe examples are read, and nothing is written
 * there.
 */
public final class CheckpointCalibrator {

  private final Task task;
  private final BiasCorrector corrector;
  private final TrustedKeys trusted;
  private final @Nullable SigningKey key;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * Creates a calibrator.
   *
   * @param corrector its target is not none
   * @param task that the student learns
   * @param trusted one of these must have signed what is corrected, unless there are none
   * @param key signs the corrected checkpoint; null for no signature
   * @param random source of version suffixes
   */
  public CheckpointCalibrator(
      BiasCorrector corrector,
      Task task,
      TrustedKeys trusted,
      @Nullable SigningKey key,
      InstantSource clock,
      RandomGenerator random) {
    this.corrector = corrector;
    this.task = task;
    this.trusted = trusted;
    this.key = key;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Corrects the checkpoint in {@code from}, starting from the weights as they were trained, with
   * which an earlier correction is undone.
   *
   * @param out where the corrected checkpoint appears, whole or not at all; must not exist, or be
   *     an empty directory
   * @return its manifest
   * @throws ConfigException when features or classes of the checkpoint are not those configured
   * @throws CheckpointException when {@code from} is not intact or not trusted, or {@code out}
   *     cannot be written
   * @throws StudentException when there are no probe examples, or no correction is found
   */
  public Manifest calibrate(Path from, Path out) {
    Path checkpoint = resolved(from);
    Manifest parent = CheckpointVerifier.verify(checkpoint, trusted);
    requireConfigured(parent);
    CheckpointRewriter rewriter =
        new CheckpointRewriter(
            parent,
            checkpoint,
            StudentNetwork.of(parent),
            (model, contract) -> Optional.of(corrector.require(model, contract)),
            key,
            clock);
    Path target = out.toAbsolutePath().normalize();
    Path folder = target.getParent();
    if (folder == null) {
      throw new CheckpointException("a checkpoint cannot be written to " + out);
    }
    try (Staging staging = Staging.in(folder)) {
      Manifest corrected = rewriter.write(version(parent), staging.directory());
      CheckpointVerifier.verify(staging.directory());
      staging.publish(target);
      return corrected;
    } catch (IOException e) {
      throw new CheckpointException(
          "the corrected checkpoint cannot be written to %s: %s".formatted(out, e), e);
    }
  }

  /** A pulled directory is a link that may be switched: resolved once, it stays one checkpoint. */
  private static Path resolved(Path from) {
    try {
      return from.toRealPath();
    } catch (IOException e) {
      throw new CheckpointException("cannot read checkpoint %s: %s".formatted(from, e), e);
    }
  }

  private String version(Manifest parent) {
    return CheckpointVersion.next(parent.version(), parent.step(), clock.instant(), random);
  }

  private void requireConfigured(Manifest checkpoint) {
    requireConfigured(checkpoint, "features", checkpoint.features(), task.features());
    requireConfigured(checkpoint, "classes", checkpoint.classMap(), task.classes());
  }

  private static void requireConfigured(
      Manifest checkpoint, String what, Object found, Object configured) {
    if (!found.equals(configured)) {
      throw new ConfigException(
          "checkpoint %s has other %s than are configured: %s, not %s; give the configuration of its student"
              .formatted(checkpoint.id(), what, found, configured));
    }
  }
}
