package io.streamdistill.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class LineTest {

  @Test
  void goesThroughPointsThatLieOnOne() {
    Line line = Line.through(new double[] {1, 2, 4}, new double[] {5, 7, 11});

    assertThat(line.slope()).isCloseTo(2, within(1e-12));
    assertThat(line.intercept()).isCloseTo(3, within(1e-12));
  }

  @Test
  void isFlatWhenNoiseIs() {
    Line line = Line.through(new double[] {0, 1, 2, 3}, new double[] {10, 11, 11, 10});

    assertThat(line.slope()).isCloseTo(0, within(1e-12));
  }

  @Test
  void passesOverOneStepAndSeesASteadyRise() {
    int n = 30;
    double[] x = new double[n];
    double[] step = new double[n];
    double[] rise = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = i;
      step[i] = i < 25 ? 100 : 104;
      rise[i] = 100 + 0.1 * i + (i % 2 == 0 ? 0.3 : -0.3);
    }

    assertThat(Line.through(x, step).slope()).isCloseTo(0, within(1e-12));
    assertThat(Line.through(x, rise).slope()).isCloseTo(0.1, within(0.01));
  }

  @Test
  void refusesPointsWithoutSpread() {
    assertThatThrownBy(() -> Line.through(new double[] {1, 1}, new double[] {1, 2}))
        .hasMessageContaining("the same");
  }
}
