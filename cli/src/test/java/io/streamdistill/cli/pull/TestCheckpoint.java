package io.streamdistill.cli.pull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.format.Tensor;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.onnx.graph.OnnxAttribute;
import io.streamdistill.onnx.graph.OnnxGraph;
import io.streamdistill.onnx.graph.OnnxType;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checkpoints with a small linear model of three classes, right or wrong in one respect. */
final class TestCheckpoint {

  static final int CLASSES = 3;

  private TestCheckpoint() {}

  static Manifest write(String version, Path directory, byte[] model, FeatureContract contract)
      throws IOException {
    return write(version, directory, model, contract, null);
  }

  static Manifest write(
      String version,
      Path directory,
      byte[] model,
      FeatureContract contract,
      @Nullable SigningKey key)
      throws IOException {
    Files.createDirectories(directory);
    Files.write(directory.resolve("model.onnx"), model);
    weights(directory.resolve("weights.safetensors"), contract.length());
    Path state = directory.resolve("trainer-state.safetensors");
    Files.deleteIfExists(state);
    new Safetensors(Map.of("optimizer", Tensor.of(new float[0], 0)), Map.of()).write(state);
    ObjectNode configuration = JsonNodeFactory.instance.objectNode();
    configuration.putObject("network").putArray("hidden");
    return Checkpoints.manifest(new CheckpointId("small", version))
        .features(contract)
        .classes(ClassMap.ofCount(CLASSES))
        .configuration(configuration)
        .build()
        .write(directory, SigningKey.signer(key));
  }

  /** Those of the model whose bias is 0, as DL4J names them. */
  private static void weights(Path file, int length) throws IOException {
    Files.deleteIfExists(file);
    Map<String, Tensor> tensors =
        Map.of(
            "0_W", Tensor.of(weights(length), length, CLASSES),
            "0_b", Tensor.of(bias(0), CLASSES));
    new Safetensors(tensors, Map.of()).write(file);
  }

  /** (length, classes), row-major. */
  private static float[] weights(int length) {
    float[] weights = new float[length * CLASSES];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 0.01f * (i % 5 - 2);
    }
    return weights;
  }

  private static float[] bias(float first) {
    return new float[] {first, 0.5f, -0.5f};
  }

  static Model model(FeatureContract contract) {
    OnnxType type =
        switch (contract.type()) {
          case U8 -> OnnxType.U8;
          case F16 -> OnnxType.F16;
          case F32 -> OnnxType.F32;
        };
    return new Model(contract.length(), "features", type, "logits", "Softmax", 0, contract.scale());
  }

  /** What the model looks like; the default is right. */
  record Model(
      int length,
      String input,
      OnnxType type,
      String logits,
      String activation,
      float bias,
      float scale) {

    Model input(String newInput, OnnxType newType) {
      return new Model(length, newInput, newType, logits, activation, bias, scale);
    }

    Model logitsAs(String newLogits) {
      return new Model(length, input, type, newLogits, activation, bias, scale);
    }

    Model activation(String newActivation) {
      return new Model(length, input, type, logits, newActivation, bias, scale);
    }

    Model bias(float newBias) {
      return new Model(length, input, type, logits, activation, newBias, scale);
    }

    byte[] build() {
      OnnxGraph graph = new OnnxGraph("small");
      String raw = graph.input(input, type, length);
      String x = type == OnnxType.F32 ? raw : graph.cast("x", raw, OnnxType.F32);
      if (scale != 1) {
        x = graph.node("Mul", "scaled", List.of(x, graph.f32("scale", new float[] {scale})));
      }
      String w = graph.f32("w", weights(length), length, CLASSES);
      String b = graph.f32("b", TestCheckpoint.bias(bias), CLASSES);
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
