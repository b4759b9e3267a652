package io.streamdistill.cli.produce;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PaceTest {

  private long now = 1_000;
  private int waits;

  @Test
  void spreadsRecordsEvenly() {
    Pace pace = pace(100);

    for (int i = 0; i < 11; i++) {
      pace.await();
    }

    assertThat(now - 1_000).isEqualTo(Duration.ofMillis(100).toNanos());
    assertThat(waits).isEqualTo(10);
  }

  @Test
  void sleepsOnceForAllRecordsOfFourMilliseconds() {
    Pace pace = pace(8_000);

    for (int i = 0; i < 8_001; i++) {
      pace.await();
    }

    assertThat(waits).isBetween(125, 250);
    assertThat(now - 1_000)
        .isBetween(Duration.ofSeconds(1).toNanos(), Duration.ofSeconds(1).plusMillis(4).toNanos());
  }

  @Test
  void catchesUpAfterADelay() {
    Pace pace = pace(100);
    pace.await();
    now += Duration.ofMillis(35).toNanos();

    for (int i = 1; i <= 3; i++) {
      pace.await();
    }
    assertThat(waits).as("three are due already").isZero();
    pace.await();

    assertThat(waits).isEqualTo(1);
    assertThat(now - 1_000).isEqualTo(Duration.ofMillis(40).toNanos());
  }

  @Test
  void neverWaitsWithoutARate() {
    Pace pace = pace(Double.POSITIVE_INFINITY);

    for (int i = 0; i < 1_000; i++) {
      pace.await();
    }

    assertThat(waits).isZero();
  }

  private Pace pace(double rate) {
    return new Pace(
        rate,
        () -> now,
        nanos -> {
          waits++;
          now += nanos;
        });
  }
}
