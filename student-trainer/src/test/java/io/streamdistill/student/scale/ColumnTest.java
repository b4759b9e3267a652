package io.streamdistill.student.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnTest {

  private static float[] gaussian(int count, double mean, double deviation) {
    Random random = new Random(5);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (mean + deviation * random.nextGaussian());
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 1, 1e6})
  void measuresMeanAndDeviation(double deviation) {
    Column column = Column.of(gaussian(10_000, 3 * deviation, deviation));

    assertThat(column.mean() / deviation).isCloseTo(3, within(0.05));
    assertThat(column.deviation() / deviation).isCloseTo(1, within(0.05));
  }

  @ParameterizedTest
  @ValueSource(floats = {3e38f, -3e38f, 1e9f})
  void oneHugeValueMovesNothing(float poison) {
    float[] values = gaussian(400, 0, 1);
    Column clean = Column.of(values.clone());
    values[17] = poison;

    Column column = Column.of(values);

    assertThat(column.mean()).isCloseTo(clean.mean(), within(0.05f));
    assertThat(column.deviation()).isCloseTo(clean.deviation(), within(0.05f));
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 7, -1e-3f, 1e20f})
  void constantColumnHasItsMagnitudeAsUnit(float value) {
    float[] values = new float[300];
    java.util.Arrays.fill(values, value);

    Column column = Column.of(values);

    assertThat(column.mean()).isEqualTo(value);
    assertThat(column.deviation()).isEqualTo(value == 0 ? 1 : Math.abs(value));
  }

  @Test
  void roundingOfAConstantIsNoDeviation() {
    float[] values = gaussian(1_000, 1_000, 1e-5);

    assertThat(Column.of(values).deviation()).isCloseTo(1_000, within(1f));
  }

  @Test
  void columnThatIsNearlyAlwaysZeroHasItsOtherValuesAsUnit() {
    float[] values = new float[1_000];
    values[3] = 40;
    values[500] = 50;
    values[700] = 60;

    Column column = Column.of(values);

    assertThat(column.mean()).isZero();
    assertThat(column.deviation()).isEqualTo(50);
  }

  @Test
  void heavyTailsLeaveTheMiddleVisible() {
    Random random = new Random(8);
    float[] values = new float[10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.tan(Math.PI * (random.nextDouble() - 0.5)); // Cauchy
    }

    // Half of a Cauchy distribution lies within 1 of its middle.
    assertThat(Column.of(values).deviation()).isLessThan(15);
  }
}
