package io.streamdistill.cli.pull;

import io.streamdistill.core.checkpoint.CheckpointId;
import io.streamdistill.core.checkpoint.Checkpoints;
import io.streamdistill.core.checkpoint.Manifest;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.student.onnx.OnnxAttribute;
import io.streamdistill.student.onnx.OnnxGraph;
import io.streamdistill.student.onnx.OnnxType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Checkpoints with a small linear model of three classes, right or wrong in one respect. */
final class TestCheckpoint {

  static final int CLASSES = 3;

  private TestCheckpoint() {}

  static Manifest write(String version, Path directory, byte[] model, FeatureContract contract)
      throws IOException {
    Files.createDirectories(directory);
    Files.write(directory.resolve("model.onnx"), model);
    return Checkpoints.manifest(new CheckpointId("small", version))
        .features(contract)
        .classes(ClassMap.ofCount(CLASSES))
        .build()
        .write(directory);
  }

  static Model model(FeatureContract contract) {
    OnnxType type =
        switch (contract.type()) {
          case U8 -> OnnxType.U8;
          case F16 -> OnnxType.F16;
          case F32 -> OnnxType.F32;
        };
    return new Model(contract.length(), "features", type, "logits", "Softmax", 0);
  }

  /** What the model looks like; the default is right. */
  record Model(
      int length, String input, OnnxType type, String logits, String activation, float bias) {

    Model input(String newInput, OnnxType newType) {
      return new Model(length, newInput, newType, logits, activation, bias);
    }

    Model logitsAs(String newLogits) {
      return new Model(length, input, type, newLogits, activation, bias);
    }

    Model activation(String newActivation) {
      return new Model(length, input, type, logits, newActivation, bias);
    }

    Model bias(float newBias) {
      return new Model(length, input, type, logits, activation, newBias);
    }

    byte[] build() {
      OnnxGraph graph = new OnnxGraph("small");
      String raw = graph.input(input, type, length);
      String x = type == OnnxType.F32 ? raw : graph.cast("x", raw, OnnxType.F32);
      float[] weights = new float[length * CLASSES]; // (length, classes)
      for (int i = 0; i < weights.length; i++) {
        weights[i] = 0.01f * (i % 5 - 2);
      }
      String w = graph.f32("w", weights, length, CLASSES);
      String b = graph.f32("b", new float[] {bias, 0.5f, -0.5f}, CLASSES);
      String z = graph.node("Gemm", logits, List.of(x, w, b));
      String p =
          activation.equals("Softmax")
              ? graph.node("Softmax", "probabilities", z, OnnxAttribute.integer("axis", 1))
              : graph.node(activation, "probabilities", z);
      graph.output(p, OnnxType.F32, CLASSES);
      graph.output(z, OnnxType.F32, CLASSES);
      return graph.build();
    }
  }
}
