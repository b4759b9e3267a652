package io.streamdistill.cli.evaluate;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.store.StoredModel;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.onnx.runtime.OnnxSession;
import io.streamdistill.onnx.runtime.UnloadableException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model, and what it says of itself.
 *
 * @param file the ONNX file
 * @param name what it is, for a reader
 * @param features what it takes; null when it does not say, as only students of StreamDistill do
 * @param classes what it gives; null when it does not say
 */
record ModelUnderTest(
    Path file, String name, @Nullable FeatureContract features, @Nullable ClassMap classes) {

  private static final JsonMapper JSON = new JsonMapper();

  /** Finds the model that {@code --model} names: a file, or the directory of a checkpoint. */
  static ModelUnderTest find(Path path) {
    if (Files.isDirectory(path)) {
      return ofCheckpoint(path);
    }
    if (!Files.isRegularFile(path)) {
      throw new EvaluationException(path + ": no such file; check the path");
    }
    try (OnnxSession session = OnnxSession.open(path, OnnxSession.ALL_CORES)) {
      return ofMetadata(path, session.metadata());
    } catch (UnloadableException e) {
      throw notLoaded(path, e.reason(), e);
    } catch (OrtException e) {
      throw notLoaded(path, String.valueOf(e.getMessage()), e);
    }
  }

  static EvaluationException notLoaded(Path model, String reason, Exception failure) {
    return new EvaluationException(
        "%s: ONNX Runtime cannot load it: %s; is it a whole ONNX model?".formatted(model, reason),
        failure);
  }

  private static ModelUnderTest ofCheckpoint(Path directory) {
    if (!Files.exists(directory.resolve(Manifest.FILE_NAME))) {
      throw new EvaluationException(
          "%s is a directory without %s; name an ONNX file, or a directory that 'distill pull' has written"
              .formatted(directory, Manifest.FILE_NAME));
    }
    try {
      Manifest manifest = Manifest.read(directory);
      return new ModelUnderTest(
          directory.resolve(StoredModel.FILE_NAME),
          manifest.id().toString(),
          manifest.features(),
          new ClassMap(manifest.classNames()));
    } catch (CheckpointException e) {
      throw new EvaluationException(String.valueOf(e.getMessage()), e);
    }
  }

  private static ModelUnderTest ofMetadata(Path file, Map<String, String> metadata) {
    String type = metadata.get(OnnxExport.FEATURE_TYPE_KEY);
    String shape = metadata.get(OnnxExport.FEATURE_SHAPE_KEY);
    String classes = metadata.get(OnnxExport.CLASSES_KEY);
    if (type == null || shape == null || classes == null) {
      return new ModelUnderTest(file, file.toString(), null, null);
    }
    try {
      return new ModelUnderTest(
          file,
          metadata.getOrDefault(OnnxExport.STUDENT_KEY, "without a name"),
          new FeatureContract(
              FeatureType.valueOf(type.toUpperCase(Locale.ROOT)),
              JSON.readValue(shape, new TypeReference<List<Integer>>() {}),
              1,
              0),
          new ClassMap(JSON.readValue(classes, new TypeReference<List<String>>() {})));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new EvaluationException(
          file + ": its metadata distill.* are broken; export or pull the model again", e);
    }
  }

  /** Whether it is a student of StreamDistill, which scales features by itself. */
  boolean isStudent() {
    return features != null;
  }
}
