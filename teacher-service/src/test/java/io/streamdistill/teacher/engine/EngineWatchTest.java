package io.streamdistill.teacher.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class EngineWatchTest {

  private long now;
  private final EngineWatch watch = new EngineWatch(Duration.ofMinutes(1), () -> now);

  private void pass(int seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }

  private void batchOf(int seconds, Runnable within) {
    watch.inside(
        1,
        () -> {
          pass(seconds);
          within.run();
          return seconds;
        });
  }

  @Test
  void knowsHowLongABatchHasBeenInside() {
    batchOf(
        40,
        () -> {
          assertThat(watch.isBusy()).isTrue();
          assertThat(watch.age()).isEqualTo(Duration.ofSeconds(40));
          assertThat(watch.problem(1)).isEmpty();
          assertThat(watch.problem(0.5))
              .hasValueSatisfying(line -> assertThat(line).contains("40 s"));
        });

    assertThat(watch.isBusy()).isFalse();
    assertThat(watch.age()).isZero();
  }

  @Test
  void aBatchThatIsMuchSlowerThanAllOthersHangs() {
    batchOf(1, () -> {});

    batchOf(
        61,
        () ->
            assertThat(watch.problem(1).orElseThrow())
                .contains("61 s", "hung after 60 s", "teacher.limits.hang-after"));
  }

  @Test
  void slowBatchesAreGivenMoreTime() {
    batchOf(20, () -> {});

    batchOf(150, () -> assertThat(watch.problem(1)).isEmpty());
    assertThat(watch.bound()).isEqualTo(Duration.ofMinutes(25));
  }

  @Test
  void openingModelsIsBusyButNoBatch() {
    watch.opening(
        () -> {
          pass(500);
          assertThat(watch.isBusy()).isTrue();
          assertThat(watch.problem(1)).isEmpty();
          return 0;
        });

    assertThat(watch.bound()).isEqualTo(Duration.ofMinutes(1));
  }
}
