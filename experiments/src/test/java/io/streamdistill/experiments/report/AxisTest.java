package io.streamdistill.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.experiments.report.Axis.Scale;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class AxisTest {

  @Test
  void aLinearAxisEndsOnRoundNumbersAroundTheValues() {
    Axis axis = Axis.over("errors", Scale.LINEAR, DoubleStream.of(73, 148));

    assertThat(axis.ticks()).containsExactly(60.0, 80.0, 100.0, 120.0, 140.0, 160.0);
    assertThat(axis.place(60)).isZero();
    assertThat(axis.place(160)).isEqualTo(1);
  }

  @Test
  void aLogarithmicAxisHasRoundNumbersAmongTheValues() {
    Axis axis = Axis.over("T", Scale.LOGARITHMIC, DoubleStream.of(1, 40));

    assertThat(axis.ticks()).containsExactly(1.0, 2.0, 5.0, 10.0, 20.0);
    assertThat(axis.place(Math.sqrt(40))).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void oneValueHasAnAxisToo() {
    Axis axis = Axis.over("errors", Scale.LINEAR, DoubleStream.of(828));

    assertThat(axis.place(828)).isBetween(0.0, 1.0);
    assertThat(axis.high()).isGreaterThan(axis.low());
  }
}
