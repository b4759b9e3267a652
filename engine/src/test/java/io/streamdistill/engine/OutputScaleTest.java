package io.streamdistill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class OutputScaleTest {

  @Test
  void onlyAdamsStepsDoNotDependOnTheLengthOfTheGradient() {
    assertThat(OutputScale.rateFactor(OptimizerConfig.adam(), 0.5)).isEqualTo(0.5f);
    assertThat(OutputScale.rateFactor(OptimizerConfig.sgd(), 0.5)).isEqualTo(0.25f);
    assertThat(OutputScale.rateFactor(OptimizerConfig.nesterov(), 0.5)).isEqualTo(0.25f);
  }

  @Test
  void wideNetsBeginSmallerAndGoSlower() {
    assertThat(OutputScale.unit(3, 16)).isEqualTo(3);
    assertThat(OutputScale.unit(3, 64)).isEqualTo(1.5);
    assertThat(OutputScale.first(3, 16)).isEqualTo(0.1 * 3);
    assertThat(OutputScale.first(3, 128)).isEqualTo(0.1 * 3 / 2);
  }
}
