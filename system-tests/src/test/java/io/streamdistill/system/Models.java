package io.streamdistill.system;

import io.streamdistill.onnx.graph.OnnxAttribute;
import io.streamdistill.onnx.graph.OnnxGraph;
import io.streamdistill.onnx.graph.OnnxType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Tiny teachers: a ReLU net with random weights, and one that is broken. */
final class Models {

  /** The broken one gives NaN where the first feature is above this. */
  static final float LIMIT = 100;

  private static final int HIDDEN = 24;
  private static final OnnxAttribute COLUMNS = OnnxAttribute.integer("axis", 1);

  private Models() {}

  static Path teacher(Path file) throws IOException {
    OnnxGraph graph = new OnnxGraph("teacher");
    net(graph, "logits");
    return write(graph, file);
  }

  /** As {@link #teacher}, but gives NaN for examples whose first feature is above the limit. */
  static Path broken(Path file) throws IOException {
    OnnxGraph graph = new OnnxGraph("broken");
    net(graph, "z");
    graph.i64("first", 0);
    graph.f32("limit", new float[] {LIMIT}, 1);
    graph.f32("nothing", new float[] {0}, 1);
    graph.node("Gather", "x0", List.of("x", "first"), COLUMNS); // (N, 1)
    graph.node("Sub", "below", List.of("limit", "x0"));
    graph.node("Sqrt", "root", "below"); // NaN when negative
    graph.node("Mul", "zero", List.of("root", "nothing"));
    graph.node("Add", "logits", List.of("z", "zero"));
    return write(graph, file);
  }

  private static void net(OnnxGraph graph, String output) {
    Random random = new Random(1);
    graph.input("x", OnnxType.F32, TransferSet.FEATURES);
    weights(graph, "W1", random, TransferSet.FEATURES, HIDDEN);
    weights(graph, "W2", random, HIDDEN, TransferSet.CLASSES);
    graph.node("MatMul", "h", List.of("x", "W1"));
    graph.node("Relu", "r", "h");
    graph.node("MatMul", output, List.of("r", "W2"));
  }

  private static void weights(OnnxGraph graph, String name, Random random, int in, int out) {
    float[] weights = new float[in * out]; // (in, out)
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() / Math.sqrt(in));
    }
    graph.f32(name, weights, in, out);
  }

  private static Path write(OnnxGraph graph, Path file) throws IOException {
    graph.output("logits", OnnxType.F32, TransferSet.CLASSES);
    return Files.write(file, graph.build());
  }
}
