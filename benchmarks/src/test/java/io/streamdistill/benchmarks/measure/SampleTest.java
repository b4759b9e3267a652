package io.streamdistill.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SampleTest {

  @Test
  void medianIsTheMiddleOrTheMeanOfTheMiddleTwo() {
    assertThat(new Sample(3, 1, 2).median()).isEqualTo(2);
    assertThat(new Sample(4, 1, 2, 3).median()).isEqualTo(2.5);
    assertThat(new Sample(7).median()).isEqualTo(7);
  }

  @Test
  void quantilesAreLinearBetweenNeighbours() {
    Sample sample = Sample.of(List.of(10, 0, 20, 30));

    assertThat(sample.min()).isZero();
    assertThat(sample.max()).isEqualTo(30);
    assertThat(sample.quantile(0.99)).isCloseTo(29.7, within(1e-9));
  }

  @Test
  void keepsTheOrderInWhichValuesWereTaken() {
    assertThat(new Sample(3, 1, 2).values()).containsExactly(3, 1, 2);
  }

  @Test
  void refusesNothingAndWhatIsNoNumber() {
    assertThatThrownBy(() -> new Sample()).hasMessageContaining("needs a value");
    assertThatThrownBy(() -> new Sample(1, Double.NaN)).hasMessageContaining("not finite");
  }
}
