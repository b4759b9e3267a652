package io.streamdistill.system.shipped;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The broker of {@code docker-compose.yml} without the container: its variables go through the
 * class by which the image turns them into configuration, and what comes out is started. Only host
 * name, ports and directory differ.
 */
final class ComposeKafkaTest {

  @TempDir Path directory;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() throws InterruptedException {
    for (Process process : started) {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void startsWithTheTransactionProtocolThatExactlyOnceNeeds() throws Exception {
    Map<String, String> environment = ComposeFile.read().environment("kafka");
    List<Integer> ports = freePorts(3);
    moveTo(environment, 9092, ports.get(0));
    moveTo(environment, 19092, ports.get(1));
    moveTo(environment, 29093, ports.get(2));
    environment.replaceAll((key, value) -> value.replace("@kafka:", "@localhost:"));
    environment.replaceAll((key, value) -> value.replace("//kafka:", "//localhost:"));
    environment.put("KAFKA_LOG_DIRS", directory.resolve("data").toString());

    Path config = Files.createDirectory(directory.resolve("config")).resolve("server.properties");
    Files.createFile(config);
    Process setup =
        java(
            environment,
            "kafka.docker.KafkaDockerWrapper",
            "setup",
            "--default-configs-dir=" + directory,
            "--mounted-configs-dir=" + directory,
            "--final-configs-dir=" + config.getParent());
    assertThat(setup.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(setup.exitValue()).as(() -> output("KafkaDockerWrapper")).isZero();
    Process broker = java(environment, "kafka.Kafka", config.toString());

    try (Admin admin = Admin.create(Map.of("bootstrap.servers", "localhost:" + ports.get(0)))) {
      await()
          .atMost(Duration.ofSeconds(90))
          .ignoreExceptionsMatching(e -> e instanceof ExecutionException && broker.isAlive())
          .untilAsserted(
              () ->
                  assertThat(finalizedFeatures(admin).get("transaction.version"))
                      .as(() -> output("Kafka"))
                      .isNotNull()
                      .returns((short) 2, FinalizedVersionRange::maxVersionLevel));
    }
  }

  private static Map<String, FinalizedVersionRange> finalizedFeatures(Admin admin)
      throws ExecutionException, InterruptedException {
    return admin.describeFeatures().featureMetadata().get().finalizedFeatures();
  }

  private static void moveTo(Map<String, String> environment, int from, int to) {
    environment.replaceAll((key, value) -> value.replaceAll(":%d\\b".formatted(from), ":" + to));
  }

  /** Below the range from which the local ends of outgoing connections are taken. */
  private static List<Integer> freePorts(int count) throws IOException {
    List<Integer> free = new ArrayList<>();
    for (int port = 21_000; free.size() < count && port < 32_000; port++) {
      try (ServerSocket socket = new ServerSocket(port)) {
        free.add(socket.getLocalPort());
      } catch (BindException inUse) {
        // the next one
      }
    }
    return free;
  }

  private Process java(Map<String, String> environment, String mainClass, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(outputOf(mainClass.substring(mainClass.lastIndexOf('.') + 1)));
    builder.environment().putAll(environment);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private File outputOf(String simpleName) {
    return directory.resolve(simpleName + ".out").toFile();
  }

  private String output(String simpleName) {
    try {
      String output = Files.readString(outputOf(simpleName).toPath());
      return output.substring(Math.max(0, output.length() - 4000));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
