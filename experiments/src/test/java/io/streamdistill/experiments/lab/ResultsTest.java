package io.streamdistill.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.experiments.lab.Results.Run;
import io.streamdistill.student.schedule.OptimizerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultsTest {

  private static final StudentRecipe RECIPE =
      new StudentRecipe(
          List.of(30, 30), 20, 0, OptimizerSettings.Type.NESTEROV, 0.02, 0.1, 128, 20, 0);

  @TempDir private Path directory;

  private Results open() throws IOException {
    return Results.open(directory.resolve("r.json"), Map.of("experiment", "e"), "test_errors");
  }

  private static Run run(String condition, long seed, int errors) {
    return new Run(condition, seed, Results.settings(RECIPE), Map.of("test_errors", errors), 1.25);
  }

  @Test
  void keepsEveryRunAndSumsUpByCondition() throws IOException {
    Results results = open();
    results.add(run("soft", 1, 70));
    results.add(run("soft", 2, 74));
    results.add(run("hard", 1, 150));
    results.add(run("soft", 2, 80)); // again

    JsonNode json = new ObjectMapper().readTree(directory.resolve("r.json").toFile());

    assertThat(json.path("experiment").asText()).isEqualTo("e");
    assertThat(json.path("runs")).hasSize(3);
    assertThat(json.path("runs").get(0).path("test_errors").asInt()).isEqualTo(70);
    assertThat(json.path("runs").get(0).path("settings").path("learning_rate").asDouble())
        .isEqualTo(0.02);
    assertThat(json.path("summary").path("soft").path("mean").asDouble()).isEqualTo(75);
    assertThat(json.path("summary").path("soft").path("sd").asDouble())
        .isCloseTo(Math.sqrt(50), within(1e-9));
    assertThat(json.path("summary").path("hard").path("sd").isNull()).isTrue();
  }

  @Test
  void findsARunAgainOnlyWithItsSettings() throws IOException {
    open().add(run("soft", 1, 70));

    Results again = open();

    assertThat(again.has("soft", 1, Results.settings(RECIPE))).isTrue();
    assertThat(again.has("soft", 2, Results.settings(RECIPE))).isFalse();
    assertThat(again.has("soft", 1, Results.settings(RECIPE.withLearningRate(0.1)))).isFalse();
    assertThat(Objects.requireNonNull(again.summary().get("soft")).mean()).isEqualTo(70);
  }

  @Test
  void countsTheTimeOfAStudentMeasuredTwiceOnce() throws IOException {
    Results results = open();
    results.add(run("before", 1, 70));
    Map<String, Object> after = Map.of("test_errors", 60, Results.SAME_STUDENT, "before");
    results.add(new Run("after", 1, Results.settings(RECIPE), after, 1.25));

    assertThat(results.seconds()).isEqualTo(1.25);
    assertThat(results.summary()).containsKey("after");
  }

  @Test
  void leavesADivergedRunOutOfTheMean() throws IOException {
    Results results = open();
    results.add(run("soft", 1, 70));
    results.add(new Run("soft", 2, Results.settings(RECIPE), Map.of("diverged", "at step 7"), 0));

    assertThat(Objects.requireNonNull(results.summary().get("soft")).n()).isEqualTo(1);
  }
}
