package io.streamdistill.checkpoints.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestBuilder;
import io.streamdistill.checkpoints.format.SourcePosition;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small checkpoints for tests. */
public final class Checkpoints {

  private Checkpoints() {}

  /** A builder with everything set. */
  public static ManifestBuilder manifest(CheckpointId id) {
    return Manifest.builder(id)
        .parent("v0")
        .createdTime(Instant.parse("2026-01-31T12:00:00.123Z"))
        .codeVersion("0.1.0")
        .step(1_500)
        .examplesSeen(768_000)
        .source(
            new SourcePosition(
                "soft-targets", 2, 17, Map.of(10, 7L, 9, 5L, 0, 3L), Map.of("cursor", "0:3")))
        .randomState(Map.of("shuffle", "0011223344556677"))
        .features(FeatureContract.u8(784))
        .classes(ClassMap.ofCount(10))
        .teacherVersions(List.of("teacher-b", "teacher-a"))
        .configuration(
            JsonNodeFactory.instance
                .objectNode()
                .put("temperature", 20.0)
                .put("hidden", 800)
                .put("activation", "relu"))
        .metrics(Map.of("loss", 0.25, "agreement", 0.98));
  }

  /** Writes a complete checkpoint with weights of {@code bytes} random bytes. */
  public static Manifest write(CheckpointId id, Path directory, int bytes) {
    byte[] weights = new byte[bytes];
    new Random(id.hashCode()).nextBytes(weights);
    try {
      Files.createDirectories(directory.resolve("extra"));
      Files.write(directory.resolve("weights.safetensors"), weights);
      Files.writeString(directory.resolve("config.json"), "{}");
      Files.write(directory.resolve("empty"), new byte[0]);
      Files.writeString(directory.resolve("extra/notes.txt"), id.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return manifest(id).build().write(directory);
  }
}
