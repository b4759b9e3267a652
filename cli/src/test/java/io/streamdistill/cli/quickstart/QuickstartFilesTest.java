package io.streamdistill.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuickstartFilesTest {

  private static final Path HOME = Path.of("..");

  @TempDir Path folder;

  @Test
  void twoInTheSameSecondHaveDirectoriesOfTheirOwn() {
    Path wanted = folder.resolve("runs/quickstart-1");

    assertThat(QuickstartFiles.createNew(HOME, wanted).run()).isEqualTo(wanted).isDirectory();
    assertThat(QuickstartFiles.createNew(HOME, wanted).run())
        .isEqualTo(wanted.resolveSibling("quickstart-1-2"))
        .isDirectory();
  }

  @Test
  void aDirectoryThatIsNamedMustBeNew() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(() -> QuickstartFiles.create(HOME, folder))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("exists already; choose another --dir");
    assertThatThrownBy(() -> QuickstartFiles.create(HOME, file.resolve("below")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is no directory; choose another --dir");
    assertThatThrownBy(() -> QuickstartFiles.create(folder, folder.resolve("new")))
        .hasMessageContaining("run it from a complete checkout");
  }
}
