package io.streamdistill.student.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BatchSizeTest {

  @Test
  void beginsSmallAndGrowsToWhatSuitsTheNetwork() {
    BatchSize large = BatchSize.of(0, 1_000_000);

    assertThat(large.after(0)).isEqualTo(32);
    assertThat(large.after(31_999)).isEqualTo(32);
    assertThat(large.after(32_000)).isEqualTo(128);
    assertThat(large.rateFactor(31_999)).isEqualTo(0.5);
    assertThat(large.rateFactor(32_000)).isEqualTo(1);
    assertThat(large.most()).isEqualTo(128);
    assertThat(large.steps(16_000)).isEqualTo(500);
    assertThat(large.steps(32_000 + 1_280)).isEqualTo(1_010);
    assertThat(large).hasToString("32 for 32000 examples, then 128");
    assertThat(BatchSize.of(0, 100_000).late()).isEqualTo(64);
    assertThat(BatchSize.of(0, 10_000)).hasToString("32");
  }

  @Test
  void smallBatchesTakeSmallerStepsThanTheScheduleSays() {
    StepRate rate = new StepRate(LearningRateSchedule.constant(0.1), BatchSize.of(0, 1_000_000));

    assertThat(rate.at(10, 320, 0)).isEqualTo(0.05);
    assertThat(rate.at(1_000, 32_000, 0)).isEqualTo(0.1);
  }

  @Test
  void whoGivesASizeGetsIt() {
    BatchSize given = BatchSize.of(100, 1_000_000);

    assertThat(given.after(0)).isEqualTo(100);
    assertThat(given.after(1_000_000)).isEqualTo(100);
    assertThat(given.isFixed()).isTrue();
    assertThat(given).hasToString("100");
  }
}
