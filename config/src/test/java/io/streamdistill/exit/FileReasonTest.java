package io.streamdistill.exit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

final class FileReasonTest {

  @TempDir Path folder;

  @Test
  void namesTheFileAndTheReason() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Path missing = folder.resolve("missing");

    assertThat(FileReason.of(failureOf(() -> Files.readString(missing))))
        .isEqualTo(missing + ": no such file or directory");
    assertThat(FileReason.of(failureOf(() -> Files.createDirectories(file))))
        .isEqualTo(file + ": is there already, and is no directory");
    assertThat(FileReason.of(failureOf(() -> Files.createDirectories(file.resolve("below")))))
        .contains(file.toString(), "Not a directory");
    assertThat(FileReason.of(new AccessDeniedException("/x"))).isEqualTo("/x: Permission denied");
    assertThat(FileReason.of(new FileSystemException("/x", null, "No space left on device")))
        .isEqualTo("/x: No space left on device");
  }

  @Test
  @EnabledIf("fullDeviceIsThere")
  void aFullDiskIsNamedWhateverWrapsIt() {
    IOException full = failureOf(() -> Files.writeString(Path.of("/dev/full"), "x"));

    assertThat(FileReason.in(new IllegalStateException("x", new UncheckedIOException(full))))
        .hasValueSatisfying(reason -> assertThat(reason).contains("No space left on device"));
  }

  @Test
  void theInnermostFileCounts() {
    IOException inner = new AccessDeniedException("/inner");

    assertThat(FileReason.in(new IOException("outer", inner)))
        .contains("/inner: Permission denied");
    assertThat(FileReason.in(new IllegalStateException("no file"))).isEmpty();
  }

  static boolean fullDeviceIsThere() {
    return Files.exists(Path.of("/dev/full"));
  }

  private static IOException failureOf(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable operation) {
    return catchThrowableOfType(IOException.class, operation);
  }
}
