package io.streamdistill.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.failure.Failures;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.onnx.graph.OnnxGraph;
import io.streamdistill.onnx.graph.OnnxType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class EvaluateCommandTest {

  private static final Path MNIST = Path.of("..", "datasets", "mnist");
  private static final String TEST_SET =
      " --images "
          + MNIST.resolve("t10k-images-idx3-ubyte.gz")
          + " --labels "
          + MNIST.resolve("t10k-labels-idx1-ubyte.gz");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, String> environment = new HashMap<>();
  private final Path directory;

  EvaluateCommandTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void countsOnMnistWhatAModelOfAllOnesGetsWrong() throws IOException {
    Path json = directory.resolve("evaluation.json");

    int exit =
        run("--model " + alwaysOne() + TEST_SET + " --json " + json); // without configuration

    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains("8,865 errors in 10,000 (11.35 % right), 7,850 parameters")
        .containsPattern("(?m)^  1 +1,135 +0 +100.00 % +11.35 %$")
        .containsPattern("(?m)^  3 +1,010 +1,010 +0.00 % +-$")
        .contains("7 -> 1 (100.00 % of 7)");
    JsonNode written = new ObjectMapper().readTree(json.toFile());
    assertThat(written.get("errors").asInt()).isEqualTo(8_865);
    assertThat(written.get("examples").asInt()).isEqualTo(10_000);
    assertThat(written.get("accuracy").asDouble()).isEqualTo(0.1135);
    assertThat(written.get("parameters").asInt()).isEqualTo(7_850);
    assertThat(written.get("modelBytes").asLong()).isPositive();
    assertThat(written.get("millisPer1000Predictions").asDouble()).isPositive();
    assertThat(written.get("errorsPerClass")).hasSize(10);
    assertThat(written.get("examplesPerClass").get(1).asInt()).isEqualTo(1_135);
    assertThat(written.has("teacher")).isFalse();
  }

  @Test
  void comparesAStudentWithATeacherOnCsv() throws IOException {
    features("f32", "2");
    environment.put("DISTILL_CLASSES_NAMES", "small,large");
    Path student = Files.write(directory.resolve("student.onnx"), threshold(0.5f, true));
    Path teacher = Files.write(directory.resolve("teacher.onnx"), threshold(0.2f, false));
    Path csv =
        Files.writeString(
            directory.resolve("data.csv"),
            "x;y;size\n0,1;0;small\n0,3;0;large\n0,9;0;large\n0,4;1;\n?;1;small\n");
    Path json = directory.resolve("evaluation.json");

    int exit =
        run(
            "--model %s --teacher %s --csv %s --label-column size --decimal , --missing skip --json %s"
                .formatted(student, teacher, csv, json));

    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains("student   thresholds")
        .contains("teacher   " + teacher)
        .contains("examples  4, 3 labelled, from " + csv)
        .contains("left out  1 missing-value")
        .contains("agreement   50.00 % (2 of 4; 95 % interval 15.00-85.00 %)")
        .contains("both right 2, only the student 0, only the teacher 1, both wrong 0");
    JsonNode written = new ObjectMapper().readTree(json.toFile());
    assertThat(written.at("/comparison/agreeing").asInt()).isEqualTo(2);
    assertThat(written.at("/comparison/divergence").asDouble()).isPositive();
    assertThat(written.at("/teacher/errors").asInt()).isZero();
    assertThat(written.at("/classes/0/name").asText()).isEqualTo("small");
    assertThat(written.at("/data/leftOut/missing-value").asInt()).isEqualTo(1);
  }

  @Test
  void takesTheConfiguredEnsembleForTheTeacher() throws IOException {
    features("f32", "2");
    environment.put("DISTILL_CLASSES_NAMES", "small,large");
    Path student = Files.write(directory.resolve("student.onnx"), threshold(0.2f, true));
    Path one = Files.write(directory.resolve("one.onnx"), threshold(0.2f, false));
    environment.put("DISTILL_TEACHER_MEMBERS", "[{model: %s}, {model: %s}]".formatted(one, one));
    Path lines =
        Files.writeString(
            directory.resolve("data.jsonl"), "{\"a\":0.3,\"b\":1}\n{\"a\":0.1,\"b\":1}\n");

    int exit = run("--model %s --teacher config --jsonl %s".formatted(student, lines));

    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains("2 of 2 as the teacher (100.00 %)")
        .contains("teacher   ensemble of 2: " + one);
  }

  @Test
  void saysWhenThereIsNothingToCompareWith() throws IOException {
    Path student = Files.write(directory.resolve("student.onnx"), threshold(0.5f, true));
    Path csv = Files.writeString(directory.resolve("data.csv"), "x,y\n1,2\n");

    assertThat(run("--model %s --csv %s".formatted(student, csv))).isEqualTo(1);
    assertThat(err.toString())
        .contains("the 1 example of")
        .contains("--label-column")
        .contains("--teacher config")
        .contains("--topic soft-targets");
  }

  @Test
  void refusesATeacherOfOtherClasses() throws IOException {
    environment.put("DISTILL_CLASSES_NAMES", "large,small");
    Path student = Files.write(directory.resolve("student.onnx"), threshold(0.5f, true));
    Path csv = Files.writeString(directory.resolve("data.csv"), "x,y\n1,2\n");

    assertThat(run("--model %s --teacher %s --csv %s".formatted(student, student, csv)))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("the model's classes are small, large, the configuration's large, small");
  }

  @Test
  void saysWhatIsMissingForAModelThatDoesNotTell() throws IOException {
    Path model = Files.write(directory.resolve("any.onnx"), threshold(0.5f, false));
    Path csv = Files.writeString(directory.resolve("data.csv"), "x,y,z\n1,2,0\n");

    assertThat(run("--model %s --csv %s --label-column z".formatted(model, csv))).isEqualTo(2);
    assertThat(err.toString()).contains("features.shape is missing");
  }

  @Test
  void endsWith1WithoutAModel() {
    assertThat(run("--model " + directory.resolve("nowhere.onnx") + TEST_SET)).isEqualTo(1);
    assertThat(err.toString()).contains("nowhere.onnx: no such file");
    assertThat(run("--model " + directory + TEST_SET)).isEqualTo(1);
    assertThat(err.toString()).contains("is a directory without manifest.json");
  }

  @Test
  void takesExactlyOneSource() {
    assertThat(run("--model m")).isEqualTo(2);
    assertThat(err.toString()).contains("--csv, --jsonl, --images or --topic");
    assertThat(run("--model m --topic t --csv c")).isEqualTo(2);
    assertThat(err.toString()).contains("a file and --topic are both given");
    assertThat(run("--model m --topic t --newest none")).isEqualTo(2);
    assertThat(err.toString()).contains("--newest must be a number >= 1 or all, got 'none'");
  }

  private void features(String type, String shape) {
    environment.put("DISTILL_FEATURES_TYPE", type);
    environment.put("DISTILL_FEATURES_SHAPE", shape);
  }

  private int run(String arguments) {
    return new CommandLine(new EvaluateCommand(new ConfigOptions(environment, directory)))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(new Failures(() -> false))
        .execute(arguments.strip().split(" "));
  }

  private Path alwaysOne() throws IOException {
    OnnxGraph graph = new OnnxGraph("one");
    String x = graph.cast("x", graph.input("features", OnnxType.U8, 784), OnnxType.F32);
    String w = graph.f32("w", new float[784 * 10], 784, 10);
    String b = graph.f32("b", new float[] {0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 10);
    graph.output(graph.node("Gemm", "logits", List.of(x, w, b)), OnnxType.F32, 10);
    return Files.write(directory.resolve("one.onnx"), graph.build());
  }

  /** Logits (N, 2): large where the first of two features is above the threshold. */
  private static byte[] threshold(float threshold, boolean student) {
    OnnxGraph graph = new OnnxGraph("thresholds");
    String x = graph.input(OnnxExport.FEATURES, OnnxType.F32, 2);
    String w = graph.f32("w", new float[] {0, 1, 0, 0}, 2, 2);
    String b = graph.f32("b", new float[] {threshold, 0}, 2);
    graph.output(graph.node("Gemm", "logits", List.of(x, w, b)), OnnxType.F32, 2);
    if (student) {
      graph
          .metadata(OnnxExport.STUDENT_KEY, "thresholds")
          .metadata(OnnxExport.FEATURE_TYPE_KEY, "f32")
          .metadata(OnnxExport.FEATURE_SHAPE_KEY, "[2]")
          .metadata(OnnxExport.CLASSES_KEY, "[\"small\",\"large\"]");
    }
    return graph.build();
  }
}
