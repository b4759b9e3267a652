package io.streamdistill.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ForegroundTest {

  private final AtomicInteger closed = new AtomicInteger();

  @Test
  void theEndClosesTheServiceOnceAndSetsTheExitCode() throws InterruptedException {
    assertThat(Foreground.run(closed::incrementAndGet, () -> true)).isZero();
    assertThat(Foreground.run(closed::incrementAndGet, () -> false)).isEqualTo(1);

    assertThat(closed).hasValue(2);
  }

  @Test
  void aFailureClosesTheServiceAndIsPassedOn() {
    assertThatThrownBy(
            () ->
                Foreground.run(
                    closed::incrementAndGet,
                    () -> {
                      throw new IllegalStateException("training diverged");
                    }))
        .hasMessage("training diverged");

    assertThat(closed).hasValue(1);
  }
}
