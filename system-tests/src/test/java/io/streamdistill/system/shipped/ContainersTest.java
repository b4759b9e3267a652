package io.streamdistill.system.shipped;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.config.DistillConfig;
import io.streamdistill.config.ConfigException;
import io.streamdistill.system.shipped.Dockerfile.Instruction;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The images and their composition, as far as they can be tested without a container engine. */
final class ContainersTest {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"topics", "teacher", "trainer"})
  void everyVariableIsAKeyOfTheConfiguration(String service) throws IOException {
    Map<String, String> environment = environment(service);

    assertThat(environment).containsKey("DISTILL_KAFKA_BOOTSTRAP_SERVERS");
    DistillConfig config = load(environment);
    assertThat(config.kafka().bootstrapServers()).isEqualTo("kafka:19092");
  }

  @Test
  void aMisspeltVariableWouldBeFound() throws IOException {
    Map<String, String> environment = environment("teacher");
    environment.put("DISTILL_TEACHER_HTTP_HOTS", "0.0.0.0");

    assertThatThrownBy(() -> load(environment))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("DISTILL_TEACHER_HTTP_HOTS");
  }

  @Test
  void servicesListenWhereTheirHealthIsCheckedAndTheirPortsArePublished() throws IOException {
    DistillConfig teacher = load(environment("teacher"));
    DistillConfig trainer = load(environment("trainer"));

    assertThat(teacher.teacher().http().host()).isEqualTo("0.0.0.0");
    assertThat(trainer.student().http().host()).isEqualTo("0.0.0.0");
    assertPort("teacher", teacher.teacher().http().port());
    assertPort("trainer", trainer.student().http().port());
  }

  private static void assertPort(String service, int port) throws IOException {
    Dockerfile dockerfile = Dockerfile.read();
    assertThat(dockerfile.last(service, "EXPOSE").arguments()).isEqualTo(Integer.toString(port));
    assertThat(dockerfile.last(service, "HEALTHCHECK").arguments())
        .contains("/dev/tcp/127.0.0.1/%d ".formatted(port));
    assertThat(ComposeFile.read().service(service).path("ports").path(0).asText())
        .endsWith(":" + port);
    assertThat(Files.readString(Repository.file("ops/prometheus/prometheus.yml")))
        .contains("targets: [%s:%d]".formatted(service, port));
  }

  @Test
  void everyFileThatIsCopiedExistsAfterTheBuild() throws IOException {
    for (Instruction copy : Dockerfile.read().all("distill", "COPY")) {
      String source = copy.words().get(0);
      if (source.equals("/src/own/")) { // moved there from the class path
        source = "/src/cli/target/distill/lib/";
      }
      assertThat(Repository.file(source.replaceFirst("^/src/", "")))
          .as("%s; it exists after 'mvn package', so test with 'mvn verify'", copy.arguments())
          .exists();
    }
    assertThat(ignoredByDocker(Path.of("distill"))).isFalse();
    assertThat(ignoredByDocker(Path.of("cli", "pom.xml"))).isFalse();
  }

  private static boolean ignoredByDocker(Path file) throws IOException {
    return Files.readAllLines(Repository.file(".dockerignore")).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .anyMatch(line -> FileSystems.getDefault().getPathMatcher("glob:" + line).matches(file));
  }

  @Test
  void theEntryPointRunsWhatTheComposeFileAsksFor() throws Exception {
    Dockerfile dockerfile = Dockerfile.read();
    for (String service : List.of("teacher", "trainer")) {
      assertThat(runInImageLayout(service, dockerfile.last(service, "CMD").exec(), "--help"))
          .contains("distill " + service);
    }
    assertThat(runInImageLayout("distill", List.of("topics", "create"), "--help"))
        .contains("distill topics create");
    assertThat(ComposeFile.read().service("topics").path("command").toString())
        .isEqualTo("[\"topics\",\"create\"]");
  }

  /** Runs a command where the launcher has beside it what it has in the image, and no more. */
  private String runInImageLayout(String stage, List<String> command, String argument)
      throws Exception {
    Path lib = directory.resolve("opt/distill/cli/target/distill/lib");
    if (!Files.exists(lib)) {
      Files.createDirectories(lib.getParent());
      Files.createSymbolicLink(lib, Repository.file("cli/target/distill/lib"));
      Files.copy(Repository.file("distill"), directory.resolve("opt/distill/distill"));
    }
    Dockerfile dockerfile = Dockerfile.read();
    List<String> line = new ArrayList<>();
    for (String word : dockerfile.last(stage, "ENTRYPOINT").exec()) {
      line.add(word.replace("/opt/distill", directory.resolve("opt/distill").toString()));
    }
    line.addAll(command);
    line.add(argument);
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().putAll(dockerfile.environment(stage));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  /** What the service sees: the image's variables, and over them the compose file's. */
  private static Map<String, String> environment(String service) throws IOException {
    ComposeFile compose = ComposeFile.read();
    String stage = compose.service(service).required("build").required("target").asText();
    Map<String, String> environment = new TreeMap<>(Dockerfile.read().environment(stage));
    environment.putAll(compose.environment(service));
    return environment;
  }

  /** Loads as the commands do, with the file that is mounted. */
  private static DistillConfig load(Map<String, String> environment) {
    Map<String, String> here = new TreeMap<>(environment);
    assertThat(here.remove("DISTILL_CONFIG")).isEqualTo("/etc/distill/distill.yaml");
    return new ConfigOptions(here, Repository.root()).load(DistillConfig.class);
  }
}
