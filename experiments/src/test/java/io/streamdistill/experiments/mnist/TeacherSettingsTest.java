package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TeacherSettingsTest {
  @Test
  void learningRateIsConstantThenFallsToZero() {
    TeacherSettings settings = TeacherSettings.shipped();
    double rate = settings.learningRate();

    assertThat(settings.learningRate(0)).isEqualTo(rate);
    assertThat(settings.learningRate(0.5)).isEqualTo(rate);
    assertThat(settings.learningRate(0.75)).isEqualTo(rate / 2);
    assertThat(settings.learningRate(1)).isZero();
  }

  @Test
  void refusesWhatCannotTrain() {
    assertThatThrownBy(() -> TeacherSettings.shipped().with(0, 0.1, 1, 1))
        .hasMessageContaining("epochs must be > 0, got 0");
    assertThatThrownBy(() -> TeacherSettings.shipped().with(1, Double.NaN, 1, 1))
        .hasMessageContaining("learning rate must be > 0, got NaN");
    assertThatThrownBy(() -> TeacherSettings.shipped().with(1, 0.1, -2, 1))
        .hasMessageContaining("max-norm must be > 0, got -2");
  }
}
