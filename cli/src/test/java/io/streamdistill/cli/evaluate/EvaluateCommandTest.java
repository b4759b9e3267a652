package io.streamdistill.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.student.onnx.OnnxGraph;
import io.streamdistill.student.onnx.OnnxType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class EvaluateCommandTest {

  private static final Path MNIST = Path.of("..", "datasets", "mnist");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Path directory;

  EvaluateCommandTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void countsOnMnistWhatAModelOfAllOnesGetsWrong() throws IOException {
    Path json = directory.resolve("evaluation.json");

    int exit = run(alwaysOne(), "--json", json.toString());

    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains("8,865 errors in 10,000 (11.35 % right), 7,850 parameters")
        .contains("class 1: 0 errors in 1,135")
        .contains("class 3: 1,010 errors in 1,010");
    JsonNode written = new ObjectMapper().readTree(json.toFile());
    assertThat(written.get("errors").asInt()).isEqualTo(8_865);
    assertThat(written.get("accuracy").asDouble()).isEqualTo(1 - 0.8865);
    assertThat(written.get("errorsPerClass")).hasSize(10);
  }

  @Test
  void endsWith1WithoutAModel() {
    assertThat(run(directory.resolve("nowhere.onnx"))).isEqualTo(1);

    assertThat(err.toString()).contains("nowhere.onnx");
  }

  private int run(Path model, String... more) {
    String[] arguments = {
      "--model", model.toString(),
      "--images", MNIST.resolve("t10k-images-idx3-ubyte.gz").toString(),
      "--labels", MNIST.resolve("t10k-labels-idx1-ubyte.gz").toString()
    };
    return new CommandLine(new EvaluateCommand(() -> FeatureContract.u8(784)))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(Stream.of(arguments, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  private Path alwaysOne() throws IOException {
    OnnxGraph graph = new OnnxGraph("one");
    String x = graph.cast("x", graph.input("features", OnnxType.U8, 784), OnnxType.F32);
    String w = graph.f32("w", new float[784 * 10], 784, 10);
    String b = graph.f32("b", new float[] {0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 10);
    graph.output(graph.node("Gemm", "logits", List.of(x, w, b)), OnnxType.F32, 10);
    return Files.write(directory.resolve("one.onnx"), graph.build());
  }
}
