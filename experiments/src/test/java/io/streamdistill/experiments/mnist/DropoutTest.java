package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
  /** An odd count, so that the last unit, which has no partner, is there too. */
  private static final int UNITS = 100_001;

  @ParameterizedTest
  @ValueSource(doubles = {0.2, 0.5})
  void keepsTheExpectationAndDropsTheRate(double rate) {
    Matrix units = ones();

    new Dropout(rate).apply(units, new SplittableRandom(1));

    double sum = 0;
    int dropped = 0;
    for (int i = 0; i < UNITS; i++) {
      float value = units.values().get(i);
      assertThat(value).isIn(0f, (float) (1 / (1 - rate)));
      sum += value;
      dropped += value == 0 ? 1 : 0;
    }
    double fourSigma = 4 * Math.sqrt(rate * (1 - rate) / UNITS);
    assertThat((double) dropped / UNITS).isCloseTo(rate, within(fourSigma));
    assertThat(sum / UNITS).isCloseTo(1, within(fourSigma / (1 - rate)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 99_999, 100_000})
  void everyPositionIsDroppedSometimesAndKeptSometimes(int position) {
    SplittableRandom random = new SplittableRandom(4);
    int dropped = 0;
    for (int i = 0; i < 40; i++) {
      Matrix units = ones();
      new Dropout(0.5).apply(units, random);
      dropped += units.values().get(position) == 0 ? 1 : 0;
    }
    assertThat(dropped).isBetween(5, 35);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0})
  void rateZeroChangesNothing(double rate) {
    Matrix units = ones();

    new Dropout(rate).apply(units, new SplittableRandom(1));

    assertThat(units.array().minNumber().floatValue()).isEqualTo(1f);
    assertThat(units.array().maxNumber().floatValue()).isEqualTo(1f);
  }

  private static Matrix ones() {
    Matrix units = Matrix.zeros(UNITS, 1);
    units.array().assign(1);
    return units;
  }
}
