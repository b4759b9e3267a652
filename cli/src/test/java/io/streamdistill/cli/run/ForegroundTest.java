package io.streamdistill.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.exit.ExitStatus;
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

  private Foreground.Service ending(ExitStatus status, boolean mustHalt) {
    return new Foreground.Service() {
      @Override
      public ExitStatus await() {
        return status;
      }

      @Override
      public void close() {
        closed.incrementAndGet();
      }

      @Override
      public boolean mustHalt() {
        return mustHalt;
      }
    };
  }

  @Test
  void aServiceEndsWithItsOwnStatus() throws InterruptedException {
    assertThat(Foreground.run(() -> ending(ExitStatus.LOST_RECORDS, false))).isEqualTo(4);

    assertThat(closed).hasValue(1);
  }

  /** Shutdown hooks would free the memory of native code that still runs. */
  @Test
  void theJvmIsHaltedWhenAThreadIsInsideNativeCode() throws InterruptedException {
    AtomicInteger halted = new AtomicInteger();

    int code = Foreground.run(() -> ending(ExitStatus.HUNG, true), halted::set);

    assertThat(code).isEqualTo(8);
    assertThat(halted).hasValue(8);
    assertThat(closed).hasValue(1);
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
