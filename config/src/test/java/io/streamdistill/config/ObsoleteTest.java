package io.streamdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ObsoleteTest {

  record Log(int passes) {}

  record Root(Log log) {}

  @TempDir private Path folder;

  private static ConfigLoader loader() {
    return ConfigLoader.of(Root.class, "obsolete-defaults.yaml")
        .obsolete(Map.of("log.partition-idle", "nothing is waited for"));
  }

  @Test
  void isNoErrorInAnyLayer() throws Exception {
    Path file = Files.writeString(folder.resolve("d.yaml"), "log: {passes: 2, partition-idle: 5s}");
    Root root =
        loader()
            .file(file)
            .environment(Map.of("DISTILL_LOG_PARTITION_IDLE", "5s"), Set.of())
            .set("log.partition-idle", "5s", "--set")
            .load(Root.class);

    assertThat(root.log().passes()).isEqualTo(2);
  }

  @Test
  void othersAreErrorsAsBefore() {
    assertThatThrownBy(() -> loader().set("log.partition-idel", "5s", "--set").load(Root.class))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("log.partition-idel");
  }
}
