package io.streamdistill.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.store.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What would be wrong with a followed directory does not escape who watches it. */
final class DirectoryWatchTest {

  @TempDir Path folder;

  private Path link = Path.of("");
  private Path first = Path.of("");

  @BeforeEach
  void pull() throws IOException {
    link = folder.resolve("out");
    first = folder.resolve("out.versions").resolve("v1");
    Checkpoints.write(new CheckpointId("followed", "v1"), first, 1_000);
    Files.createSymbolicLink(link, first);
  }

  /** What is noticed after something happened to a directory that was whole. */
  private List<String> problemsAfter(Change change) throws Exception {
    try (DirectoryWatch watch = new DirectoryWatch(link)) {
      watch.start();
      await(() -> watch.resolved() > 1 && watch.throughLink() > 1);
      assertThat(watch.problems()).isEmpty();
      change.happen();
      await(() -> !watch.problems().isEmpty());
      return watch.problems();
    }
  }

  /** Something that must not happen. */
  private interface Change {
    void happen() throws IOException;
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(condition);
  }

  @Test
  void aFileWithOtherBytes() throws Exception {
    assertThat(problemsAfter(() -> Files.writeString(first.resolve("config.json"), "[]")))
        .anySatisfy(problem -> assertThat(problem).contains("config.json of v1"));
  }

  @Test
  void aFileThatIsMissing() throws Exception {
    assertThat(problemsAfter(() -> Files.delete(first.resolve("extra/notes.txt"))))
        .anySatisfy(problem -> assertThat(problem).contains("v1").contains("notes.txt"));
  }

  @Test
  void aLinkThatLeadsNowhere() throws Exception {
    assertThat(problemsAfter(() -> switchTo(folder.resolve("out.versions").resolve("v2"))))
        .anySatisfy(problem -> assertThat(problem).contains("the link leads nowhere"));
  }

  @Test
  void aLinkThatIsGone() throws Exception {
    assertThat(problemsAfter(() -> Files.delete(link)))
        .anySatisfy(problem -> assertThat(problem).contains("the link is gone after [v1]"));
  }

  @Test
  void theManifestOfAnotherVersion() throws Exception {
    Path second = folder.resolve("out.versions").resolve("v2");
    Checkpoints.write(new CheckpointId("followed", "v1"), second, 1_000);

    assertThat(problemsAfter(() -> switchTo(second)))
        .anySatisfy(problem -> assertThat(problem).contains("v2 has the manifest of \"v1\""));
  }

  private void switchTo(Path version) throws IOException {
    Path fresh = Files.createSymbolicLink(folder.resolve("fresh"), version);
    Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
  }
}
