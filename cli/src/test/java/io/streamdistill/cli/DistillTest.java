package io.streamdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class DistillTest {

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Map<String, String> environment = Map.of();

  private CommandLine distill() {
    CommandLine distill = Distill.commandLine(environment, folder);
    distill.addSubcommand("fail", new Failing());
    return distill.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
  }

  private int run(String... args) {
    return distill().execute(args);
  }

  /** Throws what its test asks for. */
  @Command
  static final class Failing implements Callable<Integer> {
    @CommandLine.Parameters String with = "";

    @Override
    public Integer call() throws Exception {
      throw with.equals("own")
          ? new io.streamdistill.checkpoints.format.CheckpointException("checkpoint x is damaged")
          : new IllegalStateException("bug: no weights");
    }
  }

  @Test
  void helpNamesEveryCommandAndTheExitCodes() {
    assertThat(run("--help")).isZero();

    assertThat(out.toString())
        .contains("broker", "topics", "teacher", "config", "Exit codes: 0 ok");
  }

  @Test
  void everyCommandHasHelpWithTheOptionsOfAll() {
    for (String command : distill().getSubcommands().keySet()) {
      if (!command.equals("fail")) {
        out.getBuffer().setLength(0);
        assertThat(run(command, "--help")).as(command).isZero();
        assertThat(out.toString()).as(command).contains("--config=FILE", "--set=KEY=VALUE");
      }
    }
  }

  @Test
  void versionNamesTheJava() {
    assertThat(run("--version")).isZero();

    assertThat(out.toString()).matches("distill \\S+, Java \\d+.*\\R");
  }

  @Test
  void misspeltCommandsAndOptionsAreUsageErrorsWithASuggestion() {
    assertThat(run("teachr")).isEqualTo(2);
    assertThat(err.toString()).contains("error: ", "Did you mean: distill teacher");

    assertThat(run("config", "--efective")).isEqualTo(2);
    assertThat(err.toString()).contains("--effective", "Try 'distill config --help'.");

    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).doesNotContain("\tat ");
  }

  @Test
  void configurationErrorsAreOneLineAndExitCode2() throws IOException {
    Files.writeString(folder.resolve("distill.yaml"), "teacher:\n  batchsize: 3\n");

    assertThat(run("config", "--effective")).isEqualTo(2);

    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString())
        .startsWith("error: teacher.batchsize (")
        .contains("distill.yaml:2) is not a known key; did you mean teacher.batch-size?");
  }

  @Test
  void ownFailuresAreTheirMessageAndExitCode1() {
    assertThat(run("fail", "own")).isEqualTo(1);

    assertThat(err.toString()).isEqualToIgnoringNewLines("error: checkpoint x is damaged");
  }

  @Test
  void unforeseenFailuresAreNamedAndPointToDebug() {
    assertThat(run("fail", "foreign")).isEqualTo(1);

    assertThat(err.toString())
        .contains("error: java.lang.IllegalStateException: bug: no weights", "--debug")
        .doesNotContain("\tat ");
  }

  @Test
  void debugPrintsTheStackTraceBeforeAndAfterTheCommand() {
    assertThat(run("--debug", "fail", "own")).isEqualTo(1);
    assertThat(err.toString()).contains("\tat ");

    err.getBuffer().setLength(0);
    assertThat(run("fail", "--debug", "foreign")).isEqualTo(1);
    assertThat(err.toString()).contains("\tat ");
  }

  @Test
  void theLastLineIsJsonWhenTheLogIs() throws IOException {
    environment = Map.of("DISTILL_LOG_FORMAT", "json");
    for (String[] wrong :
        new String[][] {
          {"fail", "own"}, {"fail", "foreign"}, {"config"}, {"teachr"}, {"--debug", "fail", "own"}
        }) {
      err.getBuffer().setLength(0);

      int exitCode = run(wrong);

      assertThat(err.toString().lines()).as("%s", (Object) wrong).hasSize(1);
      JsonNode event = new ObjectMapper().readTree(err.toString());
      assertThat(event.get("level").asText()).isEqualTo("ERROR");
      assertThat(event.get("timestamp").isIntegralNumber()).isTrue();
      assertThat(event.get("formattedMessage").asText()).isNotBlank();
      assertThat(event.get("exitCode").asInt()).isEqualTo(exitCode);
    }
  }

  @Test
  void configOptionsWorkBeforeAndAfterTheCommand() throws IOException {
    Path file = folder.resolve("other.yaml");
    Files.writeString(file, "teacher:\n  batch-size: 3\n");

    assertThat(run("--config", file.toString(), "config", "--effective")).isEqualTo(2);
    assertThat(out.toString()).containsPattern("teacher.batch-size +3 +\\S+other.yaml:2");

    out.getBuffer().setLength(0);
    run("config", "--effective", "-c", file.toString(), "--set", "teacher.batch-size=4");
    assertThat(out.toString()).containsPattern("teacher.batch-size +4 +flag --set");
  }

  @Test
  void aFileThatIsNamedMustExist() {
    assertThat(run("config", "--config", "none.yaml")).isEqualTo(2);
    assertThat(err.toString()).contains("none.yaml does not exist");

    environment = Map.of("DISTILL_CONFIG", "missing.yaml");
    assertThat(run("config")).isEqualTo(2);
    assertThat(err.toString()).contains("missing.yaml does not exist");
  }

  @Test
  void environmentSetsKeysAndUnknownNamesAreErrors() {
    environment = Map.of("DISTILL_TEACHER_LINGER", "7ms", "DISTILL_JAVA_OPTS", "-Xmx1g");
    run("config", "--effective");
    assertThat(out.toString()).containsPattern("teacher.linger +7ms +env DISTILL_TEACHER_LINGER");

    environment = Map.of("DISTILL_TEACHER_LINGR", "7ms");
    assertThat(run("config")).isEqualTo(2);
    assertThat(err.toString()).contains("did you mean DISTILL_TEACHER_LINGER?");
  }

  @Test
  void setNeedsAKeyAndAValue() {
    assertThat(run("config", "--set", "teacher.linger")).isEqualTo(2);

    assertThat(err.toString()).contains("--set takes KEY=VALUE, got 'teacher.linger'");
  }

  @Test
  void effectiveIsPrintedEvenWhenSomethingIsMissing() {
    assertThat(run("config", "--effective")).isEqualTo(2);

    assertThat(out.toString()).contains("features.shape", "(not set)");
    assertThat(err.toString()).contains("features.shape is missing", "classes is missing");
  }

  @Test
  void defaultsCanBePrinted() {
    assertThat(run("config", "--defaults")).isZero();

    assertThat(out.toString()).contains("batch-size: 256", "# Most examples per call");
  }

  @Test
  void teacherRefusesToStartWithoutWhatItNeeds() {
    assertThat(run("teacher", "--port", "x")).isEqualTo(2);

    assertThat(err.toString())
        .contains("teacher.http.port must be a whole number, got 'x' (flag --port)")
        .contains("features.shape is missing");
  }
}
