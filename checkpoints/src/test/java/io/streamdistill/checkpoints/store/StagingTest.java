package io.streamdistill.checkpoints.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {

  @TempDir Path parent;

  /** A child process that stages a directory, says so, and hangs. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (Staging staging = Staging.in(Path.of(arguments[0]))) {
      Files.createDirectory(staging.directory());
      System.out.print(".");
      System.out.flush();
      Thread.sleep(600_000);
    }
  }

  @Test
  void leavesOthersAtWorkAloneAndClearsTheDead() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StagingTest.class.getName(),
                parent.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(child.getInputStream().read()).isEqualTo('.');
      try (Staging mine = Staging.in(parent)) {
        Files.createDirectory(mine.directory());
        try (Staging another = Staging.in(parent)) {
          assertThat(mine.directory()).exists();
          assertThat(another.directory()).doesNotExist();
        }
        assertThat(entries()).isEqualTo(4); // two directories, two locks
      }
      assertThat(entries()).isEqualTo(2); // the child's
    } finally {
      child.destroyForcibly().waitFor();
    }

    Staging.in(parent).close();

    assertThat(entries()).isZero();
  }

  @Test
  void takesThePlaceOfAnEmptyDirectoryButOfNoOther() throws IOException {
    Path target = Files.createDirectory(parent.resolve("target"));
    publish(target, "first");
    assertThat(target.resolve("first")).exists();

    assertThatThrownBy(() -> publish(target, "second")).isInstanceOf(IOException.class);
    assertThat(target).isDirectoryNotContaining("glob:**/second");
    assertThat(entries()).isEqualTo(1);
  }

  private void publish(Path target, String file) throws IOException {
    try (Staging staging = Staging.in(parent)) {
      Files.createDirectory(staging.directory());
      Files.createFile(staging.directory().resolve(file));
      staging.publish(target);
    }
  }

  private long entries() throws IOException {
    try (var entries = Files.list(parent)) {
      return entries.count();
    }
  }
}
