package io.streamdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.condition.OS.LINUX;

import io.streamdistill.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;

/** What a shell can do to a process; the processes are real ones. */
@EnabledOnOs(LINUX)
final class SurroundingsTest {

  @TempDir Path folder;

  private record Ended(int exitCode, String output) {}

  /** Runs {@code $distill ...} in a shell. */
  private Ended shell(String script) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>(List.of("bash", "-c", script, "shell"));
    command.addAll(
        List.of(
            java,
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            "io.streamdistill.cli.Distill"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("DISTILL_"));
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), output);
  }

  @Test
  void whatCannotBePrintedIsAFailure() throws Exception {
    for (String command : List.of("config --defaults", "--version", "config --help")) {
      Ended full = shell("\"$@\" " + command + " > /dev/full");

      assertThat(full.exitCode()).as(command).isEqualTo(1);
      assertThat(full.output())
          .as(command)
          .startsWith("error: standard output cannot be written: No space left on device")
          .hasLineCount(1);
    }
    assertThat(shell("\"$@\" --version >&-").exitCode()).isEqualTo(1);
  }

  @Test
  void aReaderWhoHasSeenEnoughEndsTheCommandInSilence() throws Exception {
    Ended head =
        shell("{ sleep 1; \"$@\" config --defaults; echo code $? >&2; } | head -n 0; sleep 2");

    assertThat(head.output()).isEqualTo("code 141\n");
  }

  @Test
  void lettersThatGotLostAreToldInsteadOfUsed() {
    String lost = "H\uFFFD\uFFFDndin";

    assertThatThrownBy(() -> Surroundings.check(Map.of("DISTILL_CLASSES_NAMES", lost)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("DISTILL_CLASSES_NAMES 'H??ndin'")
        .hasMessageContaining("LC_ALL=C.UTF-8");
    assertThatThrownBy(() -> Surroundings.check(Map.of(), "--config", lost))
        .hasMessageContaining("the argument 'H??ndin'");
    assertThatCode(() -> Surroundings.check(Map.of("OTHER", lost, "DISTILL_X", "Hündin"), "größe"))
        .doesNotThrowAnyException();
  }

  @Test
  void aPlaceForLibrariesIsOneThatNobodyElseCouldFill() throws IOException {
    Path first = Surroundings.privateDirectory(folder);

    assertThat(Surroundings.privateDirectory(folder)).isEqualTo(first);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
        .isEqualTo("rwx------");

    Files.setPosixFilePermissions(first, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(Surroundings.privateDirectory(folder)).isNotEqualTo(first).isDirectory();

    Files.delete(first);
    Files.createSymbolicLink(first, folder);
    assertThat(Surroundings.privateDirectory(folder)).isNotEqualTo(first).isDirectory();
  }
}
