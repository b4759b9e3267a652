package io.streamdistill.exit;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.config.ConfigException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ExitStatusTest {

  @Test
  void isThatOfTheOutermostCauseThatHasOne() {
    Throwable wrapped =
        new IllegalStateException(new IllegalArgumentException(new ConfigException("bad key")));

    assertThat(ExitStatus.of(wrapped)).isEqualTo(ExitStatus.CONFIGURATION);
    assertThat(ExitStatus.of(new IllegalStateException())).isEqualTo(ExitStatus.FAILURE);
  }

  @Test
  void everyCodeIsItsOwnAndNoneLooksLikeASignal() {
    assertThat(Arrays.stream(ExitStatus.values()).map(ExitStatus::code))
        .doesNotHaveDuplicates()
        .allMatch(code -> code >= 0 && code < 64);
  }
}
