package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.CheckpointVersion;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;

/**
 * A model repository of NVIDIA's Triton Inference Server with one model in one version.
 *
 * <p>Triton numbers versions. The number here is the time of the checkpoint's version, in
 * milliseconds since 1970, so that Triton's answers, which name it, lead to the checkpoint.
 */
final class TritonRepository {

  /** Most examples in one call of the model; what Triton may put together by itself. */
  private static final int MAX_BATCH_SIZE = 1024;

  private static final String CONFIG = "config.pbtxt";
  private static final String LABELS = "labels.txt";

  private TritonRepository() {}

  static Path checkpoint(Path repository, CheckpointId id) {
    return repository.resolve(id.student()).resolve(Long.toString(number(id.version())));
  }

  /** Of a version that somebody named by hand, 1. */
  private static long number(String version) {
    return Math.max(1, CheckpointVersion.time(version).toEpochMilli());
  }

  static void complete(Path repository, Manifest manifest) throws IOException {
    Path model = repository.resolve(manifest.student());
    write(model.resolve(CONFIG), config(manifest));
    write(model.resolve(LABELS), labels(manifest.classNames()));
    FileTree.fsyncDirectories(repository);
  }

  private static void write(Path file, String content) throws IOException {
    Files.writeString(file, content);
    FileTree.fsync(file);
  }

  /** Triton takes a model for changed when something in its directory is newer than before. */
  static void renew(Path repository, CheckpointId id) throws IOException {
    FileTime now = FileTime.from(Instant.now());
    Files.setLastModifiedTime(checkpoint(repository, id), now);
    Files.setLastModifiedTime(repository.resolve(id.student()), now);
  }

  /** The model's configuration, as text of the protobuf message ModelConfig. */
  static String config(Manifest manifest) {
    FeatureContract features = manifest.features();
    String type =
        switch (features.type()) {
          case U8 -> "TYPE_UINT8";
          case F16 -> "TYPE_FP16";
          case F32 -> "TYPE_FP32";
        };
    return """
        # Student %1$s, version %2$s; written by StreamDistill, anew for every checkpoint.
        name: "%1$s"
        backend: "onnxruntime"
        max_batch_size: %3$d
        input [
          { name: "features" data_type: %4$s dims: [ %5$d ] }
        ]
        output [
          { name: "probabilities" data_type: TYPE_FP32 dims: [ %6$d ] label_filename: "%7$s" },
          { name: "logits" data_type: TYPE_FP32 dims: [ %6$d ] label_filename: "%7$s" }
        ]
        version_policy { latest { num_versions: 1 } }
        dynamic_batching { }
        parameters { key: "distill.version" value { string_value: "%2$s" } }
        """
        .formatted(
            manifest.student(),
            manifest.version(),
            MAX_BATCH_SIZE,
            type,
            features.length(),
            manifest.classNames().size(),
            LABELS);
  }

  /** One class per line, in the order of the model's outputs. */
  private static String labels(List<String> classNames) {
    StringBuilder lines = new StringBuilder();
    for (String name : classNames) {
      lines.append(name.replaceAll("\\R", " ")).append('\n');
    }
    return lines.toString();
  }
}
