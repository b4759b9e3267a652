package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.GateProgress;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.export.OnnxParity;
import io.streamdistill.engine.export.Quantization;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.student.publish.CheckpointWriter.Correction;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a checkpoint anew: the weights as they were trained, with another correction or none.
 * Metrics and lineage stay; the checkpoint that was read becomes the parent.
 */
public final class CheckpointRewriter {

  private final Manifest parent;
  private final Path from;
  private final StudentPlan plan;
  private final CheckpointWriter writer;

  /**
   * Creates a rewriter of one checkpoint.
   *
   * @param parent manifest of the checkpoint, verified
   * @param from directory of the checkpoint
   * @param plan of its student
   * @param correction instead of the one that it has, if any
   * @param key signs what is written; null for no signature
   */
  public CheckpointRewriter(
      Manifest parent,
      Path from,
      StudentPlan plan,
      Correction correction,
      @Nullable SigningKey key,
      InstantSource clock) {
    this.parent = parent;
    this.from = from;
    this.plan = plan;
    writer =
        new CheckpointWriter(
            StudentIdentity.of(parent),
            plan,
            correction,
            Quantization
                .NONE, // what it costs is measured on a hold-out, which only the trainer has
            key,
            clock);
  }

  /**
   * Writes.
   *
   * @param version of the new checkpoint
   * @param directory of the new checkpoint, which is created
   * @throws CheckpointException when the weights do not fit the network, the model beside them
   *     predicts something else, or the new checkpoint cannot be written or proven
   */
  public Manifest write(String version, Path directory) {
    StudentSnapshot snapshot = restored();
    requireSameModel(snapshot.answers());
    return writer.write(
        new CheckpointId(parent.student(), version),
        parent.version(),
        directory,
        snapshot,
        new CheckpointWriter.Told(
            Progress.of(parent),
            ofTheModel(parent.metrics()),
            ofTheHoldOut(parent.metrics()),
            parent.learning(),
            null));
  }

  /** The metrics of a variant that the new checkpoint does not have are left out. */
  private static Map<String, Double> ofTheModel(Map<String, Double> metrics) {
    Map<String, Double> kept = new HashMap<>(metrics);
    kept.keySet().removeIf(name -> name.startsWith(CheckpointFiles.SMALL_MODEL_METRICS));
    kept.keySet().removeAll(GateProgress.METRICS);
    return kept;
  }

  private static Map<String, Double> ofTheHoldOut(Map<String, Double> metrics) {
    Map<String, Double> kept = new HashMap<>(metrics);
    kept.keySet().retainAll(GateProgress.METRICS);
    return kept;
  }

  private StudentSnapshot restored() {
    try {
      TrainerState state = TrainerState.read(from, parent);
      return StoredSnapshot.of(state, state.answers(plan, writer.asked(state.optimizerSteps())));
    } catch (CheckpointException e) {
      throw new CheckpointException(
          "the weights of checkpoint %s in %s cannot be used; use another checkpoint: %s"
              .formatted(parent.id(), from, e.getMessage()),
          e);
    }
  }

  /** The network is what was trained only if it predicts what the published model predicts. */
  private void requireSameModel(Answers trained) {
    try {
      OnnxParity parity = PublishedModel.compare(trained, parent, from);
      double distance = parity.probabilities();
      if (!(distance <= parity.tolerance())) { // also if NaN
        throw new CheckpointException(
            "%s of checkpoint %s differs by %.2g in a probability from what the weights beside it predict; use another checkpoint"
                .formatted(from.resolve(CheckpointFiles.MODEL), parent.id(), distance));
      }
    } catch (OnnxExportException e) {
      throw new CheckpointException(
          "%s of checkpoint %s cannot be run; use another checkpoint: %s"
              .formatted(from.resolve(CheckpointFiles.MODEL), parent.id(), e.getMessage()),
          e);
    }
  }
}
