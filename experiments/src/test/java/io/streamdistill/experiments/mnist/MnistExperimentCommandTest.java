package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The experiments in small, through the whole pipeline. A student of 6,000 images makes some 600
 * errors from labels; without the factor T², or with an ensemble that is no mean, the bounds break.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // they share logs and students
final class MnistExperimentCommandTest {

  @TempDir private static Path work;

  private static JsonNode run(String experiment) throws IOException {
    CommandLine command =
        MnistExperimentCommand.all().stream()
            .filter(one -> one.getCommandName().equals(experiment))
            .findFirst()
            .orElseThrow();
    StringWriter out = new StringWriter();
    command.setOut(new PrintWriter(out));
    int exitCode =
        command.execute(
            "--quick",
            "--data",
            Path.of("..", "datasets", "mnist").toString(),
            "--teacher",
            Path.of("..", "models", "mnist-teacher", "model.onnx").toString(),
            "--work",
            work.toString());
    assertThat(exitCode).as(out.toString()).isZero();
    return new ObjectMapper()
        .readTree(work.resolve(experiment + "-quick.json").toFile())
        .path("summary");
  }

  private static double mean(JsonNode summary, String condition) {
    JsonNode mean = summary.path(condition).path("mean");
    assertThat(mean.isNumber()).as("%s in %s", condition, summary).isTrue();
    return mean.asDouble();
  }

  @Test
  @Order(1)
  void softTargetsAtTwentyBeatLabels() throws Exception {
    JsonNode summary = run("mnist-student");

    double hard = mean(summary, "hard");
    assertThat(hard).isBetween(400.0, 750.0);
    assertThat(mean(summary, "soft_T20")).isLessThan(0.9 * hard);
    assertThat(mean(summary, "soft_T20_hard")).isLessThan(0.95 * hard);
  }

  @Test
  @Order(2)
  void anEnsembleBeatsItsMembersAndTeaches() throws Exception {
    JsonNode summary = run("mnist-ensemble");

    double single = mean(summary, "single");
    for (String way : new String[] {"arithmetic", "geometric"}) {
      assertThat(mean(summary, "ensemble_" + way)).isLessThan(single);
      assertThat(mean(summary, "distilled_" + way)).isLessThan(1.3 * single);
    }
  }

  @Test
  @Order(3)
  void biasCorrectionFindsTheOmittedClass() throws Exception {
    JsonNode summary = run("mnist-no-threes");

    assertThat(mean(summary, "no_threes_after")).isLessThan(mean(summary, "no_threes_before") - 50);
  }
}
