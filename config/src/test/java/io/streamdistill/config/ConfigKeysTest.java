package io.streamdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ConfigKeysTest extends LoaderFixture {

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
}
