package io.streamdistill.cli.keygen;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.cli.failure.Failures;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class KeygenCommandTest {

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run() {
    return new CommandLine(new KeygenCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(new Failures(() -> false))
        .execute("--out", folder.resolve("keys").toString());
  }

  @Test
  void makesKeysOnceAndSaysWhatEachIsFor() throws Exception {
    assertThat(run()).isZero();
    assertThat(out.toString())
        .containsPattern("key [0-9a-f]{64}")
        .contains("signing-key.pem  to sign with", "public-key.pem  to check with");
    String key = Files.readString(folder.resolve("keys/signing-key.pem"));

    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("error: ", "keys are never overwritten");
    assertThat(folder.resolve("keys/signing-key.pem")).hasContent(key);
    assertThat(out.toString()).doesNotContain(key.lines().toList().get(1));
  }
}
