package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.records.data.IdxFile;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MnistTeacherCommandTest {
  private static final Path MNIST = Path.of("..", "datasets", "mnist");

  @TempDir Path directory;

  private final StringWriter output = new StringWriter();
  private final StringWriter errors = new StringWriter();

  @BeforeEach
  void cutMnist() throws IOException {
    cut("t10k-images-idx3-ubyte.gz", 0, "train-images-idx3-ubyte.gz", 3);
    cut("t10k-labels-idx1-ubyte.gz", 0, "train-labels-idx1-ubyte.gz", 1);
    cut("t10k-images-idx3-ubyte.gz", 300, "t10k-images-idx3-ubyte.gz", 3);
    cut("t10k-labels-idx1-ubyte.gz", 300, "t10k-labels-idx1-ubyte.gz", 1);
  }

  @Test
  void trainsExportsAndReports() throws Exception {
    assertThat(distill("--epochs", "2", "--seeds", "2")).as(errors.toString()).isZero();

    JsonNode report = new ObjectMapper().readTree(out().resolve("mnist-teacher.json").toFile());
    JsonNode run = report.path("runs").path(1);
    byte[] model = Files.readAllBytes(out().resolve("seed-2").resolve("model.onnx"));
    try (TeacherModel teacher = new TeacherModel(model)) {
      assertThat(run.path("test_errors").asInt())
          .isEqualTo(teacher.errors(MnistData.test(directory).all()))
          .isBetween(1, 299);
    }
    assertThat(run.path("seed").asInt()).isEqualTo(2);
    assertThat(run.path("settings").path("max_norm").asDouble())
        .isEqualTo(TeacherSettings.shipped().maxNorm());
    assertThat(report.path("summary").path("teacher").path("n").asInt()).isEqualTo(2);
    assertThat(report.path("versions").path("nd4j").asText()).startsWith("1.0.0");
    assertThat(report.path("command").asText()).contains("--epochs 2 --seeds 2");
    assertThat(Files.readAllLines(out().resolve("seed-2").resolve("training-log.csv")))
        .hasSize(3)
        .startsWith("epoch,train_loss,seconds");
    assertThat(output.toString()).contains("epoch 2 of 2", "seed 2: {test_errors=");
  }

  @Test
  void aFinishedRunIsNotTrainedAgain() throws Exception {
    assertThat(distill("--epochs", "1")).isZero();
    Path model = out().resolve("seed-1").resolve("model.onnx");
    byte[] first = Files.readAllBytes(model);

    assertThat(distill("--epochs", "1")).isZero();

    assertThat(output.toString()).containsOnlyOnce("epoch 1 of 1");
    assertThat(Files.readAllBytes(model)).isEqualTo(first);
  }

  @Test
  void refusesTheFolderOfOtherSettings() {
    assertThat(distill("--epochs", "1")).isZero();

    assertThat(distill("--epochs", "2")).isNotZero();

    assertThat(errors.toString()).contains("other settings", "choose another --out");
  }

  private Path out() {
    return directory.resolve("out");
  }

  private int distill(String... arguments) {
    return new CommandLine(new MnistTeacherCommand())
        .setOut(new PrintWriter(output))
        .setErr(new PrintWriter(errors, true))
        .execute(concat(arguments, "--data", directory.toString(), "--out", out().toString()));
  }

  private static String[] concat(String[] head, String... tail) {
    String[] all = new String[head.length + tail.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(tail, 0, all, head.length, tail.length);
    return all;
  }

  /** Copies 300 items of a real file. */
  private void cut(String source, int from, String target, int rank) throws IOException {
    IdxFile file = IdxFile.read(MNIST.resolve(source), rank);
    try (DataOutputStream out =
        new DataOutputStream(
            new GZIPOutputStream(Files.newOutputStream(directory.resolve(target))))) {
      out.writeInt(0x800 + rank);
      out.writeInt(300);
      for (int d = 1; d < rank; d++) {
        out.writeInt(file.dimensions()[d]);
      }
      for (int i = from; i < from + 300; i++) {
        out.write(file.item(i));
      }
    }
  }
}
