package io.streamdistill.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.cli.process.Launch;
import io.streamdistill.experiments.defaults.Configured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The matrix of the defaults in small, as a user starts it. */
final class DefaultsExperimentTest {

  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  @TempDir private Path folder;

  @Test
  void theDefaultsTrainWhatAnOfflineNetLearns() throws Exception {
    Path json = folder.resolve("quick.json");
    Launch launch =
        Launch.of(
                folder.resolve("log"),
                "experiment",
                "defaults",
                "--quick",
                "--work",
                folder.resolve("work").toString(),
                "--json",
                json.toString())
            .in(HOME);

    int exitCode;
    String output;
    try (DistillProcess process = DistillProcess.start(launch)) {
      exitCode = process.awaitExit(Duration.ofMinutes(5));
      output = process.output();
    }

    JsonNode cells = new ObjectMapper().readTree(json.toFile()).path("derived");
    assertThat(cells.size()).as(output).isGreaterThanOrEqualTo(4);
    for (JsonNode cell : cells) {
      assertThat(cell.path("met").asBoolean()).as(output).isTrue();
    }
    assertThat(exitCode).as(output).isZero();
  }

  static List<Path> tasks() throws IOException {
    try (Stream<Path> folders = Files.list(HOME.resolve("experiments").resolve("tasks"))) {
      return folders.map(one -> one.resolve("task.yaml")).filter(Files::exists).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void aTaskSetsNothingButWhatItIs(Path yaml) {
    assertThat(Configured.extras(new CommandProduct().configured(yaml, Map.of()).settings()))
        .isEmpty();
  }

  @Test
  void thereAreTasksOfManyKinds() throws IOException {
    assertThat(tasks()).hasSizeGreaterThanOrEqualTo(16);
  }
}
