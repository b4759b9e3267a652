package io.streamdistill.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.exit.ExitStatus;
import org.junit.jupiter.api.Test;

final class LifecycleTest {

  private final Lifecycle life = new Lifecycle("The service");

  @Test
  void aServiceStartsRunsAndIsClosed() throws Exception {
    assertThat(life.phase()).isEqualTo(Phase.STARTING);
    assertThat(life.run()).isTrue();
    assertThat(life.phase()).isEqualTo(Phase.RUNNING);
    assertThat(life.close()).isTrue();
    assertThat(life.isOver()).isFalse();
    life.closed();

    assertThat(life.phase()).isEqualTo(Phase.CLOSED);
    assertThat(life.await()).isEqualTo(ExitStatus.OK);
    assertThat(life.problem()).isEmpty();
  }

  @Test
  void whatEndsItFirstCountsAndIsStillKnownOnceItIsClosed() throws Exception {
    assertThat(life.run()).isTrue();
    life.accept(ExitStatus.HUNG, "a batch hangs");
    life.accept(ExitStatus.FAILURE, "threads died of that");

    assertThat(life.phase()).isEqualTo(Phase.FAILED);
    assertThat(life.isOver()).isTrue();
    assertThat(life.close()).isTrue();
    life.accept(ExitStatus.FAILURE, "it was closed");
    life.closed();

    assertThat(life.await()).isEqualTo(ExitStatus.HUNG);
    assertThat(life.problem()).contains("it has stopped: a batch hangs");
    assertThat(life.isFailure()).isTrue();
  }

  @Test
  void whatIsClosedBeforeItRunsNeverRuns() {
    assertThat(life.close()).isTrue();

    assertThat(life.run()).isFalse();
    assertThat(life.phase()).isEqualTo(Phase.CLOSING);
  }

  @Test
  void whatFailsBeforeItRunsNeverRuns() {
    life.accept(ExitStatus.FAILURE, "no port");

    assertThat(life.run()).isFalse();
    assertThat(life.phase()).isEqualTo(Phase.FAILED);
  }

  @Test
  void isClosedOnceOnly() {
    assertThat(life.close()).isTrue();
    assertThat(life.close()).isFalse();
    life.closed();
    assertThat(life.close()).isFalse();
  }

  @Test
  void refusesStepsThatAreNone() {
    assertThatThrownBy(life::closed)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The service is STARTING, and cannot be CLOSED");
    assertThat(life.run()).isTrue();
    assertThatThrownBy(life::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The service is RUNNING, and cannot be RUNNING");
  }
}
