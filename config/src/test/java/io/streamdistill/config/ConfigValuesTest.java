package io.streamdistill.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ConfigValuesTest extends LoaderFixture {

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
}
