package io.streamdistill.records.target;

/** IEEE 754 half precision. (JDK 20 has it in {@code Float}; StreamDistill runs on 17.) */
public final class Float16 {

  private Float16() {}

  /** Largest finite half-precision value. */
  public static final float MAX_VALUE = 65504f;

  /** Returns the exact value of a half-precision float. */
  public static float toFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 0x1F;
    int mantissa = half & 0x3FF;
    if (exponent == 0x1F) {
      return Float.intBitsToFloat(sign | 0x7F800000 | (mantissa << 13));
    }
    if (exponent == 0) { // zero and subnormals: mantissa * 2^-24
      float magnitude = mantissa * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (mantissa << 13));
  }

  /** Rounds to the nearest half-precision float, ties to even; overflow gives infinity. */
  public static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) { // NaN
      return (short) (sign | 0x7E00);
    }
    if (magnitude >= 0x477FF000) { // >= 65520 rounds to infinity
      return (short) (sign | 0x7C00);
    }
    if (magnitude < 0x38800000) { // < 2^-14: subnormal; adding 0.5 aligns and rounds to even
      float aligned = Float.intBitsToFloat(magnitude) + 0.5f;
      return (short) (sign | (Float.floatToRawIntBits(aligned) - 0x3F000000));
    }
    int roundedUp = magnitude + 0xFFF + ((magnitude >>> 13) & 1);
    return (short) (sign | ((roundedUp - (112 << 23)) >>> 13));
  }
}
