package io.streamdistill.teacher.onnx;

import io.streamdistill.onnx.graph.ExternalData;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Names a model by its content and by how it is read. */
final class ModelHash {

  private ModelHash() {}

  /**
   * Hash of a model read as logits or as probabilities.
   *
   * @param settings how else it is read; empty for a model that explains itself
   */
  static String of(String modelHash, boolean probabilities, List<String> settings) {
    List<String> parts = new ArrayList<>();
    parts.addAll(List.of("model", modelHash, probabilities ? "probabilities" : "logits"));
    parts.addAll(settings);
    return TeacherVersion.hash(parts);
  }

  /** Hash of a model file's bytes and of the files that hold its external data. */
  static String contentOf(Path model) {
    try {
      MessageDigest digest = sha256();
      update(digest, model);
      for (String location : ExternalData.locations(model)) {
        update(digest, model.resolveSibling(location));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new TeacherException("model %s cannot be read: %s".formatted(model, e), e);
    }
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    digest.update((Files.size(file) + ":").getBytes(StandardCharsets.UTF_8));
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(out);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
