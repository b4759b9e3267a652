package io.streamdistill.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DistillProcessTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern BROKER_RUNS = Pattern.compile("^broker runs: kafka (\\S+),");

  @TempDir Path folder;

  private Launch launch(String... arguments) {
    return Launch.of(folder.resolve("logs").resolve("child.log"), arguments).in(folder);
  }

  @Test
  void runsACommandAndHasItsOutputAndExitCode() throws Exception {
    try (DistillProcess process = DistillProcess.start(launch("--version"))) {
      assertThat(process.awaitExit(PATIENCE)).isZero();
      assertThat(process.output()).startsWith("distill ");
      assertThat(process.isAlive()).isFalse();
    }
  }

  @Test
  void anEndBeforeTheLineIsReportedWithTheLog() throws Exception {
    Files.createDirectories(folder.resolve("logs"));
    Files.writeString(folder.resolve("logs").resolve("child.log"), "broker runs: earlier\n");

    try (DistillProcess process = DistillProcess.start(launch("topics", "create", "--set", "x"))) {
      assertThatThrownBy(() -> process.awaitLine(Pattern.compile("broker runs"), PATIENCE))
          .isInstanceOf(ProcessException.class)
          .hasMessageContaining("distill topics (pid " + process.pid() + ") ended with exit code 2")
          .hasMessageContaining("error: --set takes KEY=VALUE")
          .hasMessageNotContaining("earlier");
    }
  }

  @Test
  void environmentReachesTheChild() throws Exception {
    Launch launch = launch("config", "--effective").with("DISTILL_TEACHER_LINGER", "7ms");

    try (DistillProcess process = DistillProcess.start(launch)) {
      process.awaitExit(PATIENCE);
      assertThat(process.output()).containsPattern("teacher.linger +7ms +env ");
    }
  }

  @Test
  void theLogCanBeJson() throws Exception {
    Launch launch =
        launch("broker", "--port", "0")
            .with("DISTILL_LOG_FORMAT", "json")
            .with("DISTILL_LOG_LEVEL", "DEBUG");

    try (DistillProcess process = DistillProcess.start(launch)) {
      String line =
          process.awaitLine(Pattern.compile("^\\{.*Kafka runs at .*}$"), PATIENCE).group();

      JsonNode json = new ObjectMapper().readTree(line);
      assertThat(json.get("level").asText()).isEqualTo("INFO");
      assertThat(json.get("formattedMessage").asText()).startsWith("Kafka runs at 127.0.0.1:");
    }
  }

  @Test
  void anUnknownLogFormatIsAConfigurationError() throws Exception {
    Launch launch = launch("--version").with("DISTILL_LOG_FORMAT", "xml");

    try (DistillProcess process = DistillProcess.start(launch)) {
      assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
      assertThat(process.output())
          .isEqualToIgnoringNewLines(
              "error: DISTILL_LOG_FORMAT must be one of text, json, got 'xml'");
    }
  }

  @Test
  void aServiceStopsInAnOrderlyWay() throws Exception {
    try (DistillProcess process = DistillProcess.start(launch("broker", "--port", "0"))) {
      String servers = process.awaitLine(BROKER_RUNS, PATIENCE).group(1);
      assertThat(servers).startsWith("127.0.0.1:");

      process.stop();

      assertThat(process.awaitExit(PATIENCE)).isEqualTo(143); // SIGTERM
      assertThat(folder.resolve(".streamdistill/broker"))
          .as("the mark of a clean end")
          .isDirectoryRecursivelyContaining("glob:**/.kafka_cleanshutdown");
    }
  }

  @Test
  void childrenEndWithTheirParentHoweverItEnds() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ParentMain.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = parent.inputReader(StandardCharsets.UTF_8)) {
      Optional<String> pid = out.lines().filter(line -> line.matches("\\d+")).findFirst();
      ProcessHandle child = ProcessHandle.of(Long.parseLong(pid.orElseThrow())).orElseThrow();
      assertThat(child.isAlive()).isTrue();

      parent.destroyForcibly();

      await().atMost(PATIENCE).untilAsserted(() -> assertThat(child.isAlive()).isFalse());
    } finally {
      parent.destroyForcibly();
    }
  }
}
