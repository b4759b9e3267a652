package io.streamdistill.config;

import static io.streamdistill.config.Require.require;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigLoaderTest {

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

  private final ConfigLoader loader = ConfigLoader.of(Everything.class, "test-defaults.yaml");
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("distill.yaml");
  }

  private ConfigLoader yaml(String text) throws IOException {
    Files.writeString(file, text);
    return loader.file(file);
  }

  private ConfigLoader environment(String name, String value) {
    return loader.environment(Map.of(name, value), Set.of("DISTILL_HOME"));
  }

  private String refusal() {
    return refusalOf(TeacherOnly.class);
  }

  private String refusalOf(Class<? extends Record> view) {
    return refusalOf(loader, view);
  }

  private String refusalOf(ConfigLoader loader, Class<? extends Record> view) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> loader.load(view));
    assertThat(e).as("the configuration is refused").isNotNull();
    return String.valueOf(e.getMessage()).replace(folder + "/", "");
  }

  @Nested
  final class Layers {

    @Test
    void defaultsAlone() {
      Teacher teacher = loader.load(TeacherOnly.class).teacher();

      assertThat(teacher)
          .isEqualTo(
              new Teacher(
                  256,
                  Duration.ofMillis(100),
                  1 << 20,
                  Encoding.DENSE_F32,
                  List.of(),
                  new Http("127.0.0.1", 8081)));
    }

    @Test
    void eachLayerWinsOverTheOneBefore() throws IOException {
      yaml(
          """
          teacher:
            batch-size: 1
            linger: 1ms
            http: {port: 1}
          """);
      loader.environment(
          Map.of("DISTILL_TEACHER_LINGER", "2ms", "DISTILL_TEACHER_HTTP_PORT", "2"), Set.of());
      loader.set("teacher.http.port", "3", "--port").set("teacher.http.port", "4", "--set");

      Teacher teacher = loader.load(TeacherOnly.class).teacher();

      assertThat(teacher.batchSize()).isEqualTo(1);
      assertThat(teacher.linger()).isEqualTo(Duration.ofMillis(2));
      assertThat(teacher.http()).isEqualTo(new Http("127.0.0.1", 4));
    }

    @Test
    void sectionWithAllKeysCommentedOutKeepsItsDefaults() throws IOException {
      yaml("teacher:\n  # batch-size: 3\nstudent:\n");

      assertThat(loader.load(TeacherOnly.class).teacher().batchSize()).isEqualTo(256);
    }

    @Test
    void listsOfRecordsAreReplacedAsAWholeAndTakeElementDefaults() throws IOException {
      yaml(
          """
          teacher:
            members:
              - {model: a.onnx, weight: 2, output: logits}
              - {model: b.onnx}
          """);
      assertThat(loader.load(TeacherOnly.class).teacher().members())
          .containsExactly(
              new Member("a.onnx", 2, Optional.of("logits")),
              new Member("b.onnx", 1, Optional.empty()));

      loader.set("teacher.members", "[{model: c.onnx}]", "--set");
      assertThat(loader.load(TeacherOnly.class).teacher().members())
          .containsExactly(new Member("c.onnx", 1, Optional.empty()));
    }

    @Test
    void listsFromTextAreBracketedOrSeparatedByCommas() {
      loader.set("student.name", "s", "--set");
      environment("DISTILL_STUDENT_HIDDEN", "64, 32");
      assertThat(loader.load(Everything.class).student().hidden()).containsExactly(64, 32);

      loader.set("student.hidden", "[7]", "--set");
      assertThat(loader.load(Everything.class).student().hidden()).containsExactly(7);
    }

    @Test
    void aViewNeedsNoValuesOutsideIt() {
      assertThat(loader.load(TeacherOnly.class)).isNotNull();
      assertThat(refusalOf(Everything.class))
          .isEqualTo(
              "student.name is missing; set it in distill.yaml, as DISTILL_STUDENT_NAME,"
                  + " or with --set student.name=...");
    }

    @Test
    void kafkaPropertiesArePassedVerbatim() throws IOException {
      yaml(
          """
          kafka:
            bootstrap.servers: broker:9092
            linger.ms: 5
            ssl.protocol: 1.10
            consumer.fetch.min.bytes: 0x10
            some.flag: true
          """);
      loader.environment(
          Map.of("DISTILL_KAFKA_BOOTSTRAP_SERVERS", "other:9092", "DISTILL_KAFKA_ACK_X", "1_0"),
          Set.of());
      loader.set("kafka.client.rack", "r1", "--set");

      assertThat(loader.load(TeacherOnly.class).kafka().properties())
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "bootstrap.servers", "other:9092",
                  "linger.ms", "5",
                  "ssl.protocol", "1.10",
                  "consumer.fetch.min.bytes", "0x10",
                  "some.flag", "true",
                  "ack.x", "1_0",
                  "client.rack", "r1"));
    }
  }

  @Nested
  final class Values {

    @Test
    void formsThatAreAccepted() {
      loader
          .set("student.name", "s", "--set")
          .set("student.rate", "1e-3", "--set")
          .set("student.stay", "true", "--set")
          .set("student.seed", "-1_000_000", "--set")
          .set("student.work-dir", "/tmp/a b", "--set")
          .set("teacher.encoding", "dense-f16-log-probability", "--set")
          .set("teacher.linger", "PT1.5S", "--set")
          .set("teacher.max-record-bytes", "64KiB", "--set");

      Everything everything = loader.load(Everything.class);

      assertThat(everything.student())
          .isEqualTo(
              new Student(
                  "s",
                  List.of(800, 800),
                  0.001,
                  Path.of("/tmp/a b"),
                  true,
                  Optional.empty(),
                  Optional.of(-1000000L)));
      assertThat(everything.teacher().encoding()).isEqualTo(Encoding.DENSE_F16_LOG_PROBABILITY);
      assertThat(everything.teacher().linger()).isEqualTo(Duration.ofMillis(1500));
      assertThat(everything.teacher().maxRecordBytes()).isEqualTo(65536);
    }

    @Test
    void wrongTypeNamesKeyExpectedFormValueAndPlace() throws IOException {
      yaml("# comment\nteacher:\n  batch-size: many\n");

      assertThat(refusal())
          .isEqualTo("teacher.batch-size must be a whole number, got 'many' (distill.yaml:3)");
    }

    @Test
    void everyTypeSaysWhatItExpects() {
      assertThat(refusalOfSet("teacher.batch-size", "1.5")).contains("must be a whole number");
      assertThat(refusalOfSet("teacher.batch-size", "3000000000")).contains("a whole number");
      assertThat(refusalOfSet("teacher.linger", "100"))
          .contains("a duration like 100ms, 10s or 5m");
      assertThat(refusalOfSet("teacher.max-record-bytes", "1 MByte"))
          .contains("a size like 64KiB, 1MiB or 1048576");
      assertThat(refusalOfSet("teacher.encoding", "sparse"))
          .isEqualTo(
              "teacher.encoding must be one of dense-f32, dense-f16-log-probability,"
                  + " got 'sparse' (flag --set)");
      assertThat(refusalOfSet("student.stay", "yes")).contains("must be true or false");
      assertThat(refusalOfSet("student.rate", "NaN")).contains("must be a number");
      assertThat(refusalOfSet("student.rate", "1e999")).contains("must be a number");
      assertThat(refusalOfSet("student.hidden", "800,x"))
          .contains("student.hidden[1] must be a whole number, got 'x'");
    }

    private String refusalOfSet(String key, String value) {
      ConfigLoader fresh = ConfigLoader.of(Everything.class, "test-defaults.yaml");
      fresh.set("student.name", "s", "--set").set(key, value, "--set");
      return refusalOf(fresh, Everything.class);
    }

    @Test
    void secretValuesAreNotRepeatedInMessages() {
      assertThat(Secrets.masked("sasl.jaas.config", "x")).isEqualTo("****");
      assertThat(Secrets.masked("ssl.keystore.password", "x")).isEqualTo("****");
      assertThat(Secrets.masked("ssl.keystore.key", "x")).isEqualTo("****");
      assertThat(Secrets.masked("store", "https://user:pass@host/p?q=a@b"))
          .isEqualTo("https://****@host/p?q=a@b");
      assertThat(Secrets.masked("key.name", "x")).isEqualTo("x");
    }

    @Test
    void aRecordsOwnRefusalNamesThePlaceOfTheKey() throws IOException {
      yaml("teacher:\n  batch-size: 0\n");

      assertThat(refusal()).isEqualTo("teacher.batch-size must be >= 1, got 0 (distill.yaml:2)");
    }

    @Test
    void aRefusalWithAShortKeyGetsTheFullOne() {
      environment("DISTILL_TEACHER_HTTP_PORT", "99999");

      assertThat(refusal())
          .isEqualTo(
              "http.port must be in [0, 65535], 0 for any free port, got 99999"
                  + " (teacher.http.port from env DISTILL_TEACHER_HTTP_PORT)");
    }

    @Test
    void aRefusalWithoutAKeyNamesAllPlacesOfTheSection() throws IOException {
      yaml("teacher:\n  batch-size: 1\n");
      loader.set("teacher.http.host", "h", "--host").set("teacher.linger", "1h", "--linger");

      assertThat(refusal())
          .isEqualTo(
              "too long a wait for so small a batch"
                  + " (teacher from distill.yaml:2, flag --linger, flag --host)");
    }

    @Test
    void aMissingKafkaPropertyIsReportedByItsOwner() {
      loader.set("kafka.acks", "1", "--set");

      assertThat(refusal())
          .isEqualTo(
              "kafka.acks is reserved: transactions need acks=all; remove it from the kafka block"
                  + " (flag --set)");
    }
  }

  @Nested
  final class UnknownKeys {

    @Test
    void inTheFileNamesLineAndNearestKey() throws IOException {
      yaml("teacher:\n  batchsize: 3\n");

      assertThat(refusal())
          .isEqualTo(
              "teacher.batchsize (distill.yaml:2) is not a known key;"
                  + " did you mean teacher.batch-size?");
    }

    @Test
    void inTheWrongSectionNamesTheRightOne() throws IOException {
      yaml("teacher:\n  hidden: [1]\n");

      assertThat(refusal()).endsWith("did you mean student.hidden?");
    }

    @Test
    void farFromEverythingListsTheKnownKeys() throws IOException {
      yaml("colour: blue\n");

      assertThat(refusal())
          .isEqualTo(
              "colour (distill.yaml:1) is not a known key;"
                  + " known top-level keys: kafka, teacher, student");
    }

    @Test
    void dottedInTheFileSaysToNest() throws IOException {
      yaml("teacher.batch-size: 3\n");

      assertThat(refusal()).contains("write each part of it on a line of its own");
    }

    @Test
    void insideAListOfRecordsNamesTheElement() throws IOException {
      yaml("teacher:\n  members:\n    - model: a.onnx\n      wieght: 2\n");

      assertThat(refusal())
          .isEqualTo(
              "teacher.members[0].wieght (distill.yaml:4) is not a known key;"
                  + " did you mean teacher.members[0].weight?");
    }

    @Test
    void inTheEnvironmentNamesTheNearestVariable() {
      environment("DISTILL_TEACHER_BATCHSISE", "3");

      assertThat(refusal())
          .isEqualTo(
              "DISTILL_TEACHER_BATCHSISE is not a known environment variable;"
                  + " did you mean DISTILL_TEACHER_BATCH_SIZE?");
    }

    @Test
    void environmentNamesIgnoreSeparators() {
      environment("DISTILL_TEACHER_BATCHSIZE", "3");

      assertThat(loader.load(TeacherOnly.class).teacher().batchSize()).isEqualTo(3);
    }

    @Test
    void reservedAndForeignVariablesAreLeftAlone() {
      loader.environment(Map.of("DISTILL_HOME", "/x", "PATH", "/bin"), Set.of("DISTILL_HOME"));

      assertThat(loader.load(TeacherOnly.class)).isNotNull();
    }

    @Test
    void variablesThatKubernetesInjectsGetTheRemedy() {
      environment("DISTILL_TEACHER_PORT_8081_TCP_ADDR", "10.0.0.1");

      assertThat(refusal()).contains("enableServiceLinks: false");
    }

    @Test
    void inFlagsNameTheFlag() {
      loader.set("teacher.lingr", "1ms", "--set");

      assertThat(refusal())
          .isEqualTo("teacher.lingr is not a known key (flag --set); did you mean teacher.linger?");
    }

    @Test
    void flagsCannotSetSectionsOrElements() {
      loader.set("teacher", "x", "--set").set("teacher.members[0].weight", "2", "--set");

      assertThat(refusal())
          .contains("teacher is not a known key (flag --set); it is a section")
          .contains("lists are set as a whole");
    }
  }

  @Nested
  final class Structure {

    @Test
    void nestedKafkaPropertiesAreShownFlat() throws IOException {
      yaml("kafka:\n  bootstrap:\n    servers: x:1\n");

      assertThat(refusal())
          .isEqualTo(
              "kafka.bootstrap (distill.yaml:2): expected one value, got keys below it;"
                  + " these names are flat, write 'bootstrap.servers: ...' on one line");
    }

    @Test
    void duplicateKeysNameBothLines() throws IOException {
      yaml("teacher:\n  batch-size: 3\n  linger: 1ms\n  batch-size: 4\n");

      assertThat(refusal())
          .isEqualTo(
              "teacher.batch-size is set twice, at distill.yaml:2 and at distill.yaml:4;"
                  + " remove one of them");
    }

    @Test
    void valueForASection() throws IOException {
      yaml("teacher: 3\n");

      assertThat(refusal()).startsWith("teacher (distill.yaml:1): expected keys below it (batch-");
    }

    @Test
    void sectionForAValue() throws IOException {
      yaml("teacher:\n  linger:\n    time: 3ms\n");

      assertThat(refusal())
          .isEqualTo(
              "teacher.linger (distill.yaml:2): expected a duration like 100ms, 10s or 5m,"
                  + " got keys below it");
    }

    @Test
    void valueForAList() throws IOException {
      yaml("student:\n  hidden: 800\n");

      assertThat(refusal())
          .isEqualTo(
              "student.hidden (distill.yaml:2): expected a list, got a single value;"
                  + " write it like [..., ...]");
    }

    @Test
    void textForAListOfTexts() throws IOException {
      yaml("student:\n  name: n\n  versions: newest\n");

      assertThat(loader.load(Everything.class).student().versions()).contains(List.of("newest"));
    }

    @Test
    void keyWithoutValue() throws IOException {
      yaml("teacher:\n  linger:\n  batch-size: ~\n");

      assertThat(refusal())
          .contains("teacher.linger (distill.yaml:2) has no value")
          .contains("teacher.batch-size (distill.yaml:3) has no value");
    }

    @Test
    void aliasesAreRefused() throws IOException {
      yaml("teacher:\n  linger: &l 1ms\nstudent:\n  name: *l\n");

      assertThat(refusal()).contains("student.name (distill.yaml:4): YAML aliases");
    }

    @Test
    void brokenYamlNamesTheLine() throws IOException {
      yaml("teacher:\n  linger: 1ms\n batch-size: 3\n");

      assertThat(refusal()).matches("(?s)distill.yaml:3: not valid YAML: .*");
    }

    @Test
    void brokenYamlSaysWhyAndHidesWhatItHid() throws IOException {
      yaml("teacher:\n  batch-size: 3\n\tlinger: 1ms\n");

      assertThat(refusalOf(Everything.class))
          .startsWith("distill.yaml:3: not valid YAML: ")
          .contains("TAB")
          .doesNotContain("missing");
    }

    @Test
    void aKeyOfTheWrongFormIsNotMissingAsWell() throws IOException {
      yaml("student:\n  name: [a]\n");

      assertThat(refusalOf(Everything.class))
          .isEqualTo("student.name (distill.yaml:2): expected text, got a list");
    }

    @Test
    void topLevelMustBeKeys() throws IOException {
      yaml("- a\n");
      assertThat(refusal()).contains("distill.yaml:1: expected 'key: value' lines");

      yaml("teacher: {}\n---\nstudent: {}\n");
      assertThat(refusal()).contains("a second YAML document");
    }

    @Test
    void emptyFileIsNoChange() throws IOException {
      yaml("# nothing yet\n");

      assertThat(loader.load(TeacherOnly.class)).isNotNull();
    }

    @Test
    void unreadableFilesAreNamed() throws IOException {
      assertThatThrownBy(() -> loader.file(folder.resolve("none.yaml")))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("none.yaml does not exist")
          .hasMessageContaining("--config");
      Files.write(file, "naïve: 1".getBytes(StandardCharsets.ISO_8859_1));
      assertThatThrownBy(() -> loader.file(file)).hasMessageContaining("is not UTF-8");
    }

    @Test
    void textsThatSlippedInAreNotRepeatedInFull() throws IOException {
      String much = "x".repeat(200_000);
      for (String text :
          List.of(
              "teacher:\n  batch-size: " + much + "\n",
              "teacher:\n  " + much + ": 1\n",
              much + "\n",
              "teacher:\n  batch-size: " + "[".repeat(5_000) + "\n",
              "kafka:\n  bootstrap.servers: " + much + "\n",
              "a: &a [x,x]\nb: &b [*a,*a]\nteacher: [*b,*b]\n",
              "x1: 1\n".repeat(10_000),
              "teacher:\n  members: [" + "{}, ".repeat(10_000) + "]\n")) {
        yaml(text);

        assertThat(refusal()).hasSizeLessThan(20_000).contains("distill.yaml");
      }
    }

    @Test
    void aFileThatIsTooLargeIsNotRead() throws IOException {
      Files.writeString(file, "# " + "x".repeat(4 << 20) + "\n");

      assertThatThrownBy(() -> loader.file(file))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("is larger than 3 MiB");
      assertThatThrownBy(() -> loader.file(folder))
          .hasMessageContaining("is a directory; name the file in it");
    }

    @Test
    void allProblemsAreReportedTogether() throws IOException {
      yaml("teacher:\n  batch-size: many\n  lingr: 1ms\nstudent:\n  rate: -1\n");
      loader
          .environment(Map.of("DISTILL_TEACHER_ENCODING", "x"), Set.of())
          .set("student.name", "s", "--set");

      assertThat(refusalOf(Everything.class).lines())
          .containsExactly(
              "4 problems in the configuration:",
              "  - teacher.lingr (distill.yaml:3) is not a known key; did you mean teacher.linger?",
              "  - teacher.batch-size must be a whole number, got 'many' (distill.yaml:2)",
              "  - teacher.encoding must be one of dense-f32, dense-f16-log-probability, got 'x'"
                  + " (env DISTILL_TEACHER_ENCODING)",
              "  - rate must be > 0, got -1.0 (student.rate from distill.yaml:5)");
    }
  }

  @Test
  void effectiveShowsEveryKeyWithItsOriginAndNoSecret() throws IOException {
    yaml(
        """
        kafka:
          sasl.jaas.config: 'Login required password="p";'
        teacher:
          members:
            - {model: "https://u:p@host/m.onnx"}
        """);
    environment("DISTILL_TEACHER_LINGER", "5ms").set("student.hidden", "1,2", "--set");

    List<String> lines =
        loader.effective().entries().stream()
            .map(entry -> "%s = %s <- %s".formatted(entry.key(), entry.value(), entry.origin()))
            .map(line -> line.replace(folder + "/", ""))
            .toList();

    assertThat(lines)
        .startsWith("kafka.bootstrap.servers = localhost:9092 <- default")
        .contains(
            "kafka.sasl.jaas.config = **** <- distill.yaml:2",
            "teacher.linger = 5ms <- env DISTILL_TEACHER_LINGER",
            "teacher.members[0].model = https://****@host/m.onnx <- distill.yaml:5",
            "teacher.members[0].weight = 1 <- default",
            "teacher.http.port = 8081 <- default",
            "student.hidden = [1, 2] <- flag --set",
            "student.name = (not set) <- ",
            "student.seed = (not set) <- ");
    assertThat(String.join("\n", lines)).doesNotContain("required password", "u:p");
  }
}
