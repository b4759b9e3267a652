package io.streamdistill.student.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.config.ConfigException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitFromTest {

  @Test
  void isAnAliasOrAVersionOfAStudent() {
    String version = "20260131T120000000Z-s000000001500-7f3a21";

    assertThat(InitFrom.parse("small@champion"))
        .isEqualTo(new InitFrom.Announced("small", CheckpointChoice.alias("champion")));
    assertThat(InitFrom.parse("small@latest"))
        .isEqualTo(new InitFrom.Announced("small", CheckpointChoice.latest()));
    assertThat(InitFrom.parse("small@" + version))
        .isEqualTo(new InitFrom.Announced("small", CheckpointChoice.version(version)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"small", "/models/small@champion", "./a@b", "a@b@c", "@champion", "a@"})
  void isADirectoryOtherwise(String path) {
    assertThat(InitFrom.parse(path)).isEqualTo(new InitFrom.Directory(Path.of(path)));
  }

  @Test
  void isNotBlank() {
    assertThatThrownBy(() -> InitFrom.parse(" "))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.init-from");
  }
}
