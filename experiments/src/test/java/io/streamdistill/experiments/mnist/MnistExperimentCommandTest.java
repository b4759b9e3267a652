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
    command.setErr(new PrintWriter(out));
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
      assertThat(mean(summary, "distilled_" + way)).isLessThan(single);
    }
  }

  @Test
  @Order(3)
  void biasCorrectionFindsTheOmittedClass() throws Exception {
    JsonNode summary = run("mnist-no-threes");

    assertThat(mean(summary, "no_threes_after")).isLessThan(mean(summary, "no_threes_before") - 50);
  }

  @Test
  @Order(4)
  void biasCorrectionFindsEightOmittedClasses() throws Exception {
    JsonNode summary = run("mnist-sevens-eights");

    assertThat(mean(summary, "sevens_eights_after"))
        .isLessThan(mean(summary, "sevens_eights_before") - 1000);
  }

  @Test
  @Order(5)
  void shiftedCopiesTeachMoreThanTheImagesAlone() throws Exception {
    JsonNode student = run("mnist-student");

    assertThat(mean(run("mnist-jitter"), "jitter_soft_T20")).isLessThan(mean(student, "soft_T20"));
  }

  @Test
  @Order(6)
  void softTargetsOfFewCasesNeedNoEarlyStopping() throws Exception {
    JsonNode summary = run("mnist-few-labels");

    assertThat(mean(summary, "soft_3pct"))
        .isLessThan(1.1 * mean(summary, "hard_3pct_early_stopping"));
  }

  @Test
  @Order(7)
  void everyTemperatureTeaches() throws Exception {
    JsonNode summary = run("mnist-temperature");

    for (String temperature : new String[] {"1", "4", "20"}) {
      assertThat(mean(summary, "width_30_T" + temperature)).isBetween(500.0, 1500.0);
    }
  }

  @Test
  @Order(8)
  void softTargetsTakeFewerCases() throws Exception {
    JsonNode summary = run("mnist-higher-rate");

    assertThat(mean(summary, "soft_T20_lr0.01")).isLessThan(0.8 * mean(summary, "hard_lr0.01"));
  }
}
