package io.streamdistill.config;

import static io.streamdistill.config.Require.require;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What several tests of ConfigLoader need. */
abstract class LoaderFixture {

  enum Encoding {
    DENSE_F32,
    DENSE_F16_LOG_PROBABILITY
  }

  record Member(String model, double weight, Optional<String> output) {}

  record Teacher(
      int batchSize,
      Duration linger,
      long maxRecordBytes,
      Encoding encoding,
      List<Member> members,
      Http http) {
    Teacher {
      require(batchSize >= 1, "teacher.batch-size must be >= 1, got %s", batchSize);
      require(linger.toMillis() < batchSize * 1000L, "too long a wait for so small a batch");
    }
  }

  record Student(
      String name,
      List<Integer> hidden,
      double rate,
      Path workDir,
      boolean stay,
      Optional<List<String>> versions,
      Optional<Long> seed) {
    Student {
      require(rate > 0, "rate must be > 0, got %s", rate);
    }
  }

  record Http(String host, int port) {
    Http {
      Require.require(
          port >= 0 && port <= 65535,
          "http.port must be in [0, 65535], 0 for any free port, got %s",
          port);
    }
  }

  record Client(Map<String, String> properties) {
    Client {
      Require.require(
          !properties.containsKey("acks"),
          "kafka.acks is reserved: transactions need acks=all; remove it from the kafka block");
      String servers = properties.getOrDefault("bootstrap.servers", "");
      Require.require(servers.length() < 300, "kafka.bootstrap.servers: '%s' is long", servers);
    }
  }

  record Everything(Client kafka, Teacher teacher, Student student) {}

  record TeacherOnly(Client kafka, Teacher teacher) {}

  @TempDir Path folder;

  final ConfigLoader loader = ConfigLoader.of(Everything.class, "test-defaults.yaml");
  Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("distill.yaml");
  }

  ConfigLoader yaml(String text) throws IOException {
    Files.writeString(file, text);
    return loader.file(file);
  }

  ConfigLoader environment(String name, String value) {
    return loader.environment(Map.of(name, value), Set.of("DISTILL_HOME"));
  }

  String refusal() {
    return refusalOf(TeacherOnly.class);
  }

  String refusalOf(Class<? extends Record> view) {
    return refusalOf(loader, view);
  }

  String refusalOf(ConfigLoader loader, Class<? extends Record> view) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> loader.load(view));
    assertThat(e).as("the configuration is refused").isNotNull();
    return String.valueOf(e.getMessage()).replace(folder + "/", "");
  }
}
