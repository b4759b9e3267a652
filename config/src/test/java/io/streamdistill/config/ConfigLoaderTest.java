package io.streamdistill.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ConfigLoaderTest extends LoaderFixture {

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
