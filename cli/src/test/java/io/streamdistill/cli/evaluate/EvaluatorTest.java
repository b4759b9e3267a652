package io.streamdistill.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.onnx.graph.OnnxAttribute;
import io.streamdistill.onnx.graph.OnnxGraph;
import io.streamdistill.onnx.graph.OnnxType;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.data.IdxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvaluatorTest {

  private static final FeatureContract CONTRACT = FeatureContract.u8(2);

  /** Four images of 1 x 2: (255, 0), (1, 0), (200, 9), (0, 0). */
  private static final String IMAGES =
      "00000803" + "00000004" + "00000001" + "00000002" + "ff00" + "0100" + "c809" + "0000";

  private final Path directory;
  private final Path images;
  private final Path labels; // 0 1 1 1: a bright first pixel means class 0, but for the third

  EvaluatorTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    this.images = idx("images", IMAGES);
    this.labels = idx("labels", "00000801" + "00000004" + "00010101");
  }

  @Test
  void countsErrorsByClass() throws IOException {
    Evaluation evaluation = evaluate(bytesModel());

    assertThat(evaluation.errors()).isEqualTo(1);
    assertThat(evaluation.examples()).isEqualTo(4);
    assertThat(evaluation.accuracy()).isEqualTo(0.75);
    assertThat(evaluation.errorsPerClass()).containsExactly(0, 1);
    assertThat(evaluation.examplesPerClass()).containsExactly(1, 3);
    assertThat(evaluation.millisPer1000Predictions()).isPositive();
  }

  @Test
  void scalesTheInputOfAFloatModelByTheContract() throws IOException {
    assertThat(evaluate(floatModel("images", 0.5f, false)).errorsPerClass()).containsExactly(0, 1);
  }

  @Test
  void leavesTheInputOfAModelAloneThatScalesByItself() throws IOException {
    // Unscaled, 1 is above the threshold too.
    assertThat(evaluate(floatModel(OnnxExport.FEATURES, 0.5f, true)).errorsPerClass())
        .containsExactly(0, 2);
  }

  @Test
  void countsLearnedNumbersOnly() throws IOException {
    byte[] model = bytesModel();

    Evaluation evaluation = evaluate(model);

    assertThat(evaluation.parameters())
        .as("2 x 2 weights, 2 biases, no scale, no shape")
        .isEqualTo(6);
    assertThat(evaluation.modelBytes()).isEqualTo(model.length);
  }

  @Test
  void reportsTheMedianRoundAfterAWarmUp() throws IOException {
    Deque<Long> roundMillis = new ArrayDeque<>(List.of(900L, 800L, 5L, 1L, 4L, 2L, 30L));
    long[] now = {0};
    boolean[] running = {false};
    Evaluator evaluator =
        new Evaluator(
            IdxFile.read(images, 3),
            IdxFile.read(labels, 1),
            1,
            0,
            () -> {
              if (running[0]) {
                now[0] += Duration.ofMillis(roundMillis.remove()).toNanos();
              }
              running[0] = !running[0];
              return now[0];
            });

    assertThat(evaluator.evaluate(write(bytesModel())).millisPer1000Predictions()).isEqualTo(4);
    assertThat(roundMillis).isEmpty();
  }

  @Test
  void writesAccuracyAsJson() throws IOException {
    String json = new ObjectMapper().writeValueAsString(evaluate(bytesModel()));

    assertThat(json)
        .contains("\"accuracy\":0.75", "\"errors\":1", "\"errorsPerClass\":[0,1]")
        .contains("\"millisPer1000Predictions\":");
  }

  @Test
  void rejectsWhatIsNoModelOfTheseImages() throws IOException {
    Path garbage = Files.writeString(directory.resolve("garbage.onnx"), "no model");
    Evaluator evaluator = Evaluator.open(images, labels, CONTRACT);

    assertThatThrownBy(() -> evaluator.evaluate(garbage))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("garbage.onnx: ONNX Runtime cannot load it");
    assertThatThrownBy(() -> evaluator.evaluate(directory.resolve("nowhere.onnx")))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("nowhere.onnx: no such file");
    Path three = write(linear(new OnnxGraph("g"), "x", OnnxType.F32, 3, 0));
    assertThatThrownBy(() -> evaluator.evaluate(three))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("takes 3 values, an example has 2");
  }

  @Test
  void rejectsLabelsThatTheModelDoesNotKnow() throws IOException {
    Path others = idx("others", "00000801" + "00000004" + "00010201");

    assertThatThrownBy(() -> Evaluator.open(images, others, CONTRACT).evaluate(write(bytesModel())))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("gives 2 classes, but label 2 of image 2");
    Path tooFew = idx("few", "00000801" + "00000003" + "000101");
    assertThatThrownBy(() -> Evaluator.open(images, tooFew, CONTRACT))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("holds 3 labels");
  }

  @Test
  void rejectsAModelThatGivesNaN() throws IOException {
    Path broken = write(floatModel("images", Float.NaN, false));

    assertThatThrownBy(() -> Evaluator.open(images, labels, CONTRACT).evaluate(broken))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("gives NaN for class 1 of image 0");
  }

  private Evaluation evaluate(byte[] model) throws IOException {
    return Evaluator.open(images, labels, CONTRACT).evaluate(write(model));
  }

  /** Takes bytes (N, 1, 1, 2) and scales them itself: class 0 where the first is above 127.5. */
  private static byte[] bytesModel() {
    OnnxGraph graph = new OnnxGraph("bytes");
    String raw = graph.input(OnnxExport.FEATURES, OnnxType.U8, 1, 1, 2);
    String flat = graph.node("Reshape", "flat", List.of(raw, graph.i64("shape", -1, 2)));
    String x = graph.cast("x", flat, OnnxType.F32);
    String scale = graph.f32("scale", new float[] {1f / 255});
    return linear(graph, graph.node("Mul", "scaled", List.of(x, scale)), 2, 0.5f);
  }

  private static byte[] floatModel(String input, float threshold, boolean scalesItself) {
    OnnxGraph graph = new OnnxGraph("floats");
    if (scalesItself) {
      graph.metadata(OnnxExport.FEATURE_TYPE_KEY, "f32");
    }
    return linear(graph, input, OnnxType.F32, 2, threshold);
  }

  private static byte[] linear(
      OnnxGraph graph, String input, OnnxType type, int length, float threshold) {
    return linear(graph, graph.input(input, type, length), length, threshold);
  }

  /** Logits (N, 2): the first feature, and a threshold. */
  private static byte[] linear(OnnxGraph graph, String x, int length, float threshold) {
    float[] weights = new float[length * 2]; // (length, 2)
    weights[0] = 1;
    String w = graph.f32("w", weights, length, 2);
    String b = graph.f32("b", new float[] {0, threshold}, 2);
    String logits = graph.node("Gemm", "logits", List.of(x, w, b));
    String probabilities =
        graph.node("Softmax", "probabilities", logits, OnnxAttribute.integer("axis", 1));
    graph.output(probabilities, OnnxType.F32, 2);
    graph.output(logits, OnnxType.F32, 2);
    return graph.build();
  }

  private Path write(byte[] model) throws IOException {
    return Files.write(directory.resolve("model.onnx"), model);
  }

  private Path idx(String name, String hex) throws IOException {
    return Files.write(directory.resolve(name), HexFormat.of().parseHex(hex));
  }
}
