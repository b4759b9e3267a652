package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TeacherSettingsTest {
  @Test
  void learningRateFallsLinearlyToZero() {
    TeacherSettings settings = TeacherSettings.shipped();

    assertThat(settings.learningRate(0)).isEqualTo(settings.learningRate());
    assertThat(settings.learningRate(0.75)).isEqualTo(settings.learningRate() / 4);
    assertThat(settings.learningRate(1)).isZero();
  }

  @Test
  void refusesWhatCannotTrain() {
    assertThatThrownBy(() -> new TeacherSettings(0, 1, 0.1, 0.9, 0, 0, 1, 2, 1))
        .hasMessageContaining("epochs must be > 0, got 0");
    assertThatThrownBy(() -> new TeacherSettings(1, 1, Double.NaN, 0.9, 0, 0, 1, 2, 1))
        .hasMessageContaining("learning rate must be > 0, got NaN");
    assertThatThrownBy(() -> new TeacherSettings(1, 1, 0.1, 0.9, 0, 0, -2, 2, 1))
        .hasMessageContaining("max-norm must be > 0, got -2");
    assertThatThrownBy(() -> new TeacherSettings(1, 1, 0.1, 0.9, 0, 1, 1, 2, 1))
        .hasMessageContaining("hidden dropout must be in [0, 1)");
  }
}
