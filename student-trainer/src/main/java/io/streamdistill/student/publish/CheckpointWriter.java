package io.streamdistill.student.publish;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.streamdistill.core.checkpoint.CheckpointException;
import io.streamdistill.core.checkpoint.CheckpointId;
import io.streamdistill.core.checkpoint.Manifest;
import io.streamdistill.core.checkpoint.SourcePosition;
import io.streamdistill.student.onnx.ExportContract;
import io.streamdistill.student.onnx.OnnxExport;
import io.streamdistill.student.onnx.OnnxExportException;
import io.streamdistill.student.onnx.OnnxParity;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.step.StudentStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Puts the files of a checkpoint together, and proves its model before anyone hears of it. */
public final class CheckpointWriter {

  /** Random inputs on which ONNX Runtime has to agree with the network. */
  private static final int PARITY_INPUTS = 64;

  private final StudentIdentity identity;
  private final InstantSource clock;
  private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Creates a writer of checkpoints of {@code identity}. */
  public CheckpointWriter(StudentIdentity identity, InstantSource clock) {
    this.identity = identity;
    this.clock = clock;
  }

  /**
   * Writes a whole checkpoint into {@code directory}, which is created.
   *
   * @param parent version that training went on from, null for the first
   * @throws CheckpointException when a file cannot be written, or ONNX Runtime does not predict
   *     what the network predicts
   */
  Manifest write(
      CheckpointId id,
      @Nullable String parent,
      Path directory,
      StudentStep step,
      Progress progress,
      Map<String, Double> metrics) {
    byte[] model = provenModel(id, step);
    try {
      Files.createDirectories(directory);
      Files.write(directory.resolve(CheckpointFiles.MODEL), model);
      TrainerState.of(step).write(directory);
      Files.write(
          directory.resolve(CheckpointFiles.CONFIG),
          json.writeValueAsBytes(identity.configuration()));
      Files.writeString(
          directory.resolve(CheckpointFiles.MODEL_CARD),
          ModelCard.of(identity, id, progress, metrics, step.network().numParams()));
    } catch (IOException e) {
      throw new CheckpointException("cannot write checkpoint %s to %s".formatted(id, directory), e);
    }
    return Manifest.builder(id)
        .parent(parent)
        .createdTime(clock.instant())
        .codeVersion(CodeVersion.get())
        .step(progress.step())
        .examplesSeen(progress.examplesSeen())
        .source(source(progress.position()))
        .randomState(Map.of())
        .features(identity.features())
        .classes(identity.classes())
        .teacherVersions(progress.teacherVersions())
        .configuration(identity.configuration())
        .metrics(metrics)
        .build()
        .write(directory);
  }

  private byte[] provenModel(CheckpointId id, StudentStep step) {
    ExportContract contract =
        new ExportContract(
            identity.name(),
            identity.features().type().name().toLowerCase(Locale.ROOT),
            identity.features().shape().stream().map(Integer::longValue).toList(),
            identity.features().scale(),
            identity.features().offset(),
            identity.classes().names(),
            Map.of("distill.version", id.version()));
    try {
      byte[] model = OnnxExport.export(step.network(), contract);
      OnnxParity.measure(
              model,
              step.network(),
              contract,
              PARITY_INPUTS,
              new SplittableRandom(step.iteration()))
          .requireWithinTolerance();
      return model;
    } catch (OnnxExportException e) {
      throw new CheckpointException(
          "checkpoint %s is not published: %s".formatted(id, e.getMessage()), e);
    }
  }

  private SourcePosition source(LogPosition position) {
    return new SourcePosition(
        identity.topic(), position.pass(), position.taken(), position.next(), position.toState());
  }
}
