package io.streamdistill.student.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.student.schedule.LearningRateSchedule.Anytime;
import io.streamdistill.student.schedule.LearningRateSchedule.Constant;
import io.streamdistill.student.schedule.LearningRateSchedule.Cosine;
import io.streamdistill.student.schedule.LearningRateSchedule.Exponential;
import io.streamdistill.student.schedule.LearningRateSchedule.Linear;
import io.streamdistill.student.schedule.LearningRateSchedule.StepDecay;
import org.junit.jupiter.api.Test;

final class LearningRateScheduleTest {

  @Test
  void warmupRisesLinearlyAndReachesTheBaseAtItsLastStep() {
    var schedule = new LearningRateSchedule(0.8, 4, new Constant());

    assertThat(schedule.at(0)).isEqualTo(0.2);
    assertThat(schedule.at(1)).isEqualTo(0.4);
    assertThat(schedule.at(3)).isEqualTo(0.8);
    assertThat(schedule.at(1_000_000)).isEqualTo(0.8);
  }

  @Test
  void decayCountsFromTheEndOfTheWarmup() {
    var schedule = new LearningRateSchedule(1, 10, new Linear(4));

    assertThat(schedule.at(10)).isEqualTo(1);
    assertThat(schedule.at(11)).isEqualTo(0.75);
    assertThat(schedule.at(14)).isZero();
    assertThat(schedule.at(1000)).isZero();
  }

  @Test
  void stepDecayJumps() {
    var schedule = new LearningRateSchedule(1, 0, new StepDecay(0.1, 5));

    assertThat(schedule.at(4)).isEqualTo(1);
    assertThat(schedule.at(5)).isEqualTo(0.1);
    assertThat(schedule.at(14)).isCloseTo(0.01, within(1e-15));
  }

  @Test
  void exponentialDecayGlides() {
    var schedule = new LearningRateSchedule(1, 0, new Exponential(0.25, 10));

    assertThat(schedule.at(0)).isEqualTo(1);
    assertThat(schedule.at(5)).isCloseTo(0.5, within(1e-15));
    assertThat(schedule.at(10)).isCloseTo(0.25, within(1e-15));
  }

  @Test
  void cosineFallsToZeroThroughOneHalf() {
    var schedule = new LearningRateSchedule(2, 0, new Cosine(100));

    assertThat(schedule.at(0)).isEqualTo(2);
    assertThat(schedule.at(50)).isCloseTo(1, within(1e-15));
    assertThat(schedule.at(99)).isPositive();
    assertThat(schedule.at(100)).isZero();
    assertThat(schedule.at(101)).isZero();
  }

  /** Without an end it falls with the square root of the steps; whoever knows the end is at 0. */
  @Test
  void fallsWithTheStepsAndToZeroWhereTheEndIsKnown() {
    var schedule = new LearningRateSchedule(2, 10, new Anytime(1_000));

    assertThat(schedule.at(1_010)).isEqualTo(2);
    assertThat(schedule.at(4_010)).isCloseTo(1, within(1e-12));
    assertThat(schedule.at(10_000_000)).isEqualTo(0.2);
    assertThat(schedule.at(1_000, 0.6)).isEqualTo(2);
    assertThat(schedule.at(1_000, 0.8)).isCloseTo(1, within(1e-12));
    assertThat(schedule.at(4_010, 0.8)).isCloseTo(0.5, within(1e-12));
    assertThat(schedule.at(1_000, 1)).isZero();
    assertThat(schedule.at(0, 0.9)).isEqualTo(0.2); // warming up is never cut short
    assertThat(Anytime.ofBatches(BatchSize.of(128, 1))).isEqualTo(new Anytime(2_000));
    assertThat(Anytime.ofBatches(BatchSize.of(0, 1_000_000)))
        .isEqualTo(new Anytime(1_000 + 1_750)); // by examples, not by steps
  }

  @Test
  void configurationNamesKeyAndValue() {
    assertThatThrownBy(() -> LearningRateSchedule.constant(0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("learning-rate.base")
        .hasMessageContaining("0.0");
    assertThatThrownBy(() -> new LearningRateSchedule(1, -1, new Constant()))
        .hasMessageContaining("learning-rate.warmup-steps");
    assertThatThrownBy(() -> new StepDecay(1.5, 1)).hasMessageContaining("decay.factor");
    assertThatThrownBy(() -> new Exponential(0.5, 0)).hasMessageContaining("decay.every-steps");
    assertThatThrownBy(() -> new Cosine(0)).hasMessageContaining("decay.steps");
    assertThatThrownBy(() -> new OptimizerConfig.Nesterov(1, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("optimizer.momentum");
    assertThatThrownBy(() -> new OptimizerConfig.Adam(0.9, 0.999, 0, 0))
        .hasMessageContaining("optimizer.epsilon");
    assertThatThrownBy(() -> new OptimizerConfig.Sgd(Double.NaN))
        .hasMessageContaining("optimizer.weight-decay must be >= 0 and finite, got NaN");
  }
}
