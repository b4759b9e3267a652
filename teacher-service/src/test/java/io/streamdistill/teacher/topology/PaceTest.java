package io.streamdistill.teacher.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PaceTest {

  private long now;
  private final Pace pace = new Pace(Duration.ofSeconds(10), Duration.ofMillis(4), () -> now);

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void fastBatchesAreNotHeldUp() {
    assertThat(pace.mustCommit()).as("there is no transaction").isFalse();
    pace.began();
    pass(Duration.ofSeconds(1));

    assertThat(pace.mustCommit()).isFalse();
  }

  @Test
  void aSlowBatchIsNotBegunInATransactionThatWouldTimeOut() {
    pace.took(1, Duration.ofSeconds(20));
    assertThat(pace.mustCommit()).as("there is no transaction").isFalse();

    pace.began();
    assertThat(pace.mustCommit()).isTrue();

    pace.ended();
    assertThat(pace.mustCommit()).isFalse();
  }

  @Test
  void commitsComeByTheTimeThatScoringTakes() {
    pace.took(1, Duration.ofSeconds(1));
    pace.began();
    pass(Duration.ofSeconds(3));
    assertThat(pace.mustCommit()).isFalse();

    pass(Duration.ofMillis(1500));

    assertThat(pace.mustCommit()).isTrue();
  }

  @Test
  void remembersASlowBatchForHundreds() {
    pace.took(1, Duration.ofSeconds(20));
    for (int i = 0; i < 100; i++) {
      pace.took(1, Duration.ofMillis(4));
    }
    assertThat(pace.slowest()).isGreaterThan(Duration.ofSeconds(7));

    for (int i = 0; i < 1000; i++) {
      pace.took(1, Duration.ofMillis(4));
    }
    assertThat(pace.slowest()).isLessThan(Duration.ofSeconds(1));
  }
}
