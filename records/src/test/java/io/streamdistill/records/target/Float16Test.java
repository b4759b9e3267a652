package io.streamdistill.records.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Float16Test {

  private static final int INFINITY = 0x7C00;

  /** IEEE 754-2019, section 3.4: (-1)^s 2^(e-15) (1 + m/1024), or (-1)^s 2^-14 m/1024. */
  private static double reference(int half) {
    int exponent = (half >> 10) & 0x1F;
    int mantissa = half & 0x3FF;
    double magnitude =
        switch (exponent) {
          case 0 -> Math.scalb(mantissa / 1024.0, -14);
          case 31 -> mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> Math.scalb(1 + mantissa / 1024.0, exponent - 15);
        };
    return (half & 0x8000) == 0 ? magnitude : -magnitude;
  }

  private static int half(float value) {
    return Float16.fromFloat(value) & 0xFFFF;
  }

  @Test
  void readsAndWritesAllHalves() {
    for (int half = 0; half < 1 << 16; half++) {
      float value = Float16.toFloat((short) half);
      double expected = reference(half);
      if (Double.isNaN(expected)) {
        assertThat(value).isNaN();
        assertThat(Float16.toFloat(Float16.fromFloat(value))).isNaN();
      } else {
        assertThat(Double.doubleToRawLongBits(value)) // tells -0 from 0
            .isEqualTo(Double.doubleToRawLongBits(expected));
        assertThat(half(value)).isEqualTo(half);
      }
    }
  }

  @Test
  void roundsToTheNearestAndTiesToEven() {
    for (int half = 0; half < INFINITY; half++) {
      // The step above the largest finite half ends where the next one would be, at 65536.
      double next = half + 1 == INFINITY ? 65_536 : reference(half + 1);
      float tie = (float) ((reference(half) + next) / 2); // exact: one bit more than a half has
      int even = half + (half & 1);

      assertThat(half(Math.nextDown(tie))).isEqualTo(half);
      assertThat(half(tie)).isEqualTo(even);
      assertThat(half(Math.nextUp(tie))).isEqualTo(half + 1);
      assertThat(half(-tie)).isEqualTo(0x8000 | even);
    }
  }

  @Test
  void overflowsToInfinityAndUnderflowsToZero() {
    assertThat(Float16.MAX_VALUE).isEqualTo((float) reference(INFINITY - 1));
    assertThat(half(65_519.996f)).isEqualTo(INFINITY - 1);
    assertThat(half(65_520)).isEqualTo(INFINITY);
    assertThat(half(Float.MAX_VALUE)).isEqualTo(INFINITY);
    assertThat(half(Float.NEGATIVE_INFINITY)).isEqualTo(0x8000 | INFINITY);
    assertThat(half(Float.MIN_VALUE)).isZero();
    assertThat(half(-Float.MIN_VALUE)).isEqualTo(0x8000);
    assertThat(half(0x1p-25f)).isZero(); // a tie with the smallest subnormal
    assertThat(half(Math.nextUp(0x1p-25f))).isEqualTo(1);
  }

  @Test
  void noOtherHalfIsNearer() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt(0x30000000, 0x477FE000));
      int half = half(value);
      double error = Math.abs(reference(half) - value);

      assertThat(error).isLessThanOrEqualTo(Math.abs(reference(half + 1) - value));
      assertThat(error).isLessThanOrEqualTo(Math.abs(reference(Math.max(0, half - 1)) - value));
    }
  }
}
