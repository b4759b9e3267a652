package io.streamdistill.student.publish;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.streamdistill.checkpoints.format.Calibration;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.SourcePosition;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.export.Quantization;
import io.streamdistill.exit.FileReason;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.student.source.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Puts the files of a checkpoint together, and proves its model before anyone hears of it. */
public final class CheckpointWriter {

  /** Random inputs on which ONNX Runtime has to agree with the network. */
  private static final int PARITY_INPUTS = 64;

  private final StudentIdentity identity;
  private final StudentPlan plan;
  private final InstantSource clock;
  private final Correction correction;
  private final Quantization smallModels;
  private final @Nullable SigningKey key;
  private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Finds out how the biases of a model are to be corrected, if at all. */
  @FunctionalInterface
  public interface Correction {

    /**
     * Asks.
     *
     * @param model not corrected yet, exported under {@code contract}
     */
    Optional<Calibration> of(byte[] model, ExportContract contract);
  }

  /**
   * What a checkpoint says beside the numbers of the student.
   *
   * @param metrics of the model
   * @param holdOut metrics of what it will be judged on, which are none of the model
   * @param learning how learning went until then; null when nobody watched it
   * @param lineage in which order the records were taken; null when that is not known
   */
  record Told(
      Progress progress,
      Map<String, Double> metrics,
      Map<String, Double> holdOut,
      @Nullable LearningRecord learning,
      @Nullable Lineage lineage) {}

  /**
   * Creates a writer of checkpoints of {@code identity}.
   *
   * @param plan of the student
   * @param key signs them; null for no signature
   */
  public CheckpointWriter(
      StudentIdentity identity,
      StudentPlan plan,
      Correction correction,
      Quantization smallModels,
      @Nullable SigningKey key,
      InstantSource clock) {
    this.identity = identity;
    this.plan = plan;
    this.correction = correction;
    this.smallModels = smallModels;
    this.key = key;
    this.clock = clock;
  }

  /** What the student's models are exported under. */
  public ExportContract contract() {
    return identity.contract(Map.of());
  }

  /** Takes what a checkpoint holds of a student, in milliseconds. */
  StudentSnapshot snapshot(TrainableStudent student) {
    return student.snapshot(asked(student.steps()));
  }

  /**
   * Features on which the model will be compared.
   *
   * @param optimizerSteps seed of them
   */
  ModelFeatures asked(int optimizerSteps) {
    return ModelFeatures.random(contract(), PARITY_INPUTS, new SplittableRandom(optimizerSteps));
  }

  /**
   * Writes a whole checkpoint into {@code directory}, which is created.
   *
   * @param parent version that training went on from, or that was corrected; null for the first
   * @throws CheckpointException when a file cannot be written, or ONNX Runtime does not predict
   *     what the network predicts
   */
  Manifest write(
      CheckpointId id,
      @Nullable String parent,
      Path directory,
      StudentSnapshot snapshot,
      Told told) {
    Progress progress = told.progress();
    Map<String, Weight> weights = snapshot.weights();
    ExportContract contract = identity.contract(Map.of("distill.version", id.version()));
    byte[] plain = proven(id, contract, weights, null, snapshot.answers());
    Calibration calibration = correction.of(plain, contract).orElse(null);
    byte[] model =
        calibration == null
            ? plain
            : corrected(id, contract, weights, snapshot.answers(), calibration);
    Optional<Quantization.Variant> small = smallModels.of(model, contract);
    Map<String, Double> allMetrics = new HashMap<>(told.metrics());
    allMetrics.putAll(told.holdOut());
    small.ifPresent(variant -> allMetrics.putAll(variant.metrics()));
    try {
      Files.createDirectories(directory);
      Files.write(directory.resolve(CheckpointFiles.MODEL), model);
      if (small.isPresent()) {
        Files.write(directory.resolve(CheckpointFiles.SMALL_MODEL), small.get().model());
      }
      TrainerState.of(weights, snapshot.optimizerState(), snapshot.optimizerSteps())
          .write(directory, calibration);
      if (told.lineage() != null) {
        told.lineage().write(directory);
      }
      Files.write(
          directory.resolve(CheckpointFiles.CONFIG),
          json.writeValueAsBytes(identity.configuration()));
      Files.writeString(
          directory.resolve(CheckpointFiles.MODEL_CARD),
          ModelCard.of(
              identity,
              id,
              told,
              small.map(Quantization.Variant::metrics).orElse(null),
              calibration,
              plan.parameters()));
    } catch (IOException e) {
      throw new CheckpointException(
          "cannot write checkpoint %s to %s (student.checkpoint.work-dir): %s"
              .formatted(id, directory, FileReason.of(e)),
          e);
    }
    return Manifest.builder(id)
        .parent(parent)
        .initFrom(identity.initFrom())
        .createdTime(clock.instant())
        .codeVersion(CodeVersion.get())
        .step(progress.step())
        .examplesSeen(progress.examplesSeen())
        .source(source(progress.position()))
        .randomState(Map.of())
        .features(identity.features())
        .scales(identity.scales())
        .learning(told.learning())
        .classes(identity.classes())
        .teacherVersions(progress.teacherVersions())
        .teacherExamples(progress.teacherExamples().isEmpty() ? null : progress.teacherExamples())
        .configuration(identity.configuration())
        .metrics(allMetrics)
        .calibration(calibration)
        .build()
        .write(directory, SigningKey.signer(key));
  }

  private byte[] corrected(
      CheckpointId id,
      ExportContract contract,
      Map<String, Weight> weights,
      Answers trained,
      Calibration calibration) {
    double[] shift = shift(calibration);
    return proven(id, contract, weights, shift, trained.corrected(shift));
  }

  /** What a correction adds to the logits, (classes). */
  static double[] shift(Calibration calibration) {
    return calibration.biasShift().stream().mapToDouble(Double::doubleValue).toArray();
  }

  private byte[] proven(
      CheckpointId id,
      ExportContract contract,
      Map<String, Weight> weights,
      double @Nullable [] biasShift,
      Answers expected) {
    try {
      byte[] model = plan.export(weights, contract, biasShift);
      expected.compare(model).requireWithinTolerance();
      return model;
    } catch (OnnxExportException e) {
      throw new CheckpointException(
          "checkpoint %s is not written: %s".formatted(id, e.getMessage()), e);
    }
  }

  private SourcePosition source(LogPosition position) {
    return new SourcePosition(
        identity.topic(), position.pass(), position.taken(), position.next(), position.toState());
  }
}
