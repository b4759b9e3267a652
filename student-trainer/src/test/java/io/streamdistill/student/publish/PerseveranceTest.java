package io.streamdistill.student.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.outage.OutageException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

final class PerseveranceTest {

  private final AtomicInteger tries = new AtomicInteger();
  private final AtomicInteger seconds = new AtomicInteger();

  private Instant now() {
    return Instant.EPOCH.plusSeconds(seconds.get());
  }

  private void away(boolean again) {
    assertThat(again).isEqualTo(tries.getAndIncrement() > 0);
    seconds.addAndGet(30);
    throw new TimeoutException("no answer");
  }

  @Test
  void triesUntilItIsDone() {
    Perseverance perseverance = new Perseverance(Duration.ZERO, this::now);

    perseverance.until(
        "the work",
        again -> {
          if (tries.get() < 2) {
            away(again);
          }
        });

    assertThat(tries).hasValue(2);
    assertThat(perseverance.problem()).isEmpty();
  }

  @Test
  void givesUpAfterTheLimitAndSaysWhichKeyThatIs() {
    Perseverance perseverance = new Perseverance(Duration.ofSeconds(60), this::now);

    assertThatThrownBy(() -> perseverance.until("the work", this::away))
        .isInstanceOfSatisfying(
            OutageException.class, e -> assertThat(e.exitStatus()).isEqualTo(ExitStatus.OUTAGE))
        .hasMessageContaining("the work could not be published for 60 s")
        .hasMessageContaining("student.limits.max-outage")
        .hasMessageContaining("no answer");
    assertThat(tries).hasValue(3);
  }

  @Test
  void aServiceThatIsToEndIsNotKeptByAnOutage() {
    Perseverance perseverance = new Perseverance(Duration.ZERO, this::now);
    perseverance.hurry();

    assertThatThrownBy(() -> perseverance.until("the work", this::away))
        .isInstanceOf(OutageException.class)
        .hasMessageContaining("before the trainer was to end");
    assertThat(tries).hasValue(1);
  }

  @Test
  void whatNoRetryCuresIsThrownAtOnce() {
    Perseverance perseverance = new Perseverance(Duration.ZERO, this::now);

    assertThatThrownBy(
            () ->
                perseverance.until(
                    "the work",
                    again -> {
                      tries.incrementAndGet();
                      throw new FencedException("another trainer", null);
                    }))
        .isInstanceOf(FencedException.class);
    assertThat(tries).hasValue(1);
  }
}
