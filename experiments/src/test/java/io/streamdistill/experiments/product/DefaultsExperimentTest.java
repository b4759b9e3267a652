package io.streamdistill.experiments.product;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.experiments.Laboratory;
import io.streamdistill.experiments.defaults.Configured;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
    Path log = folder.resolve("log");
    List<String> classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .toList();
    ProcessBuilder launch =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Dlogback.configurationFile=logback.xml", // not that of tests
                "-cp",
                String.join(File.pathSeparator, classPath),
                Laboratory.class.getName(),
                "defaults",
                "--quick",
                "--work",
                folder.resolve("work").toString(),
                "--json",
                json.toString())
            .directory(HOME.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    launch.environment().put("OMP_NUM_THREADS", "1");

    Process process = launch.start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    String output = Files.readString(log);

    assertThat(ended).as(output).isTrue();
    assertThat(json).as(output).exists();
    JsonNode cells = new ObjectMapper().readTree(json.toFile()).path("derived");
    assertThat(cells.size()).as(output).isGreaterThanOrEqualTo(4);
    for (JsonNode cell : cells) {
      assertThat(cell.path("met").asBoolean()).as(output).isTrue();
    }
    assertThat(process.exitValue()).as(output).isZero();
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
