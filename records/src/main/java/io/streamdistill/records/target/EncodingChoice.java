package io.streamdistill.records.target;

/** Which encoding soft targets get: the same one each, or each the smaller one that suits it. */
public enum EncodingChoice {
  /** Float16 where its rounding is small beside the differences between the classes, or float32. */
  AUTO,
  /** Logarithms of the probabilities as float16, 2 bytes per class. */
  DENSE_F16_LOG_PROBABILITY,
  /** Probabilities as float32, 4 bytes per class. */
  DENSE_F32;

  /** Largest rounding error of float16, in standard deviations of the logits over the classes. */
  private static final double ROUNDING = 0.01;

  /** Bits of a float16's significand, the hidden one included. */
  private static final int PRECISION = 11;

  private static final int MIN_EXPONENT = -14;

  /**
   * The encoding of a distribution.
   *
   * @param logProbabilities (classes) natural logarithms at the temperature of the target; logits
   *     are T log p, so that T cancels out of the comparison
   */
  public TargetEncoding of(double[] logProbabilities) {
    return switch (this) {
      case DENSE_F16_LOG_PROBABILITY -> TargetEncoding.DENSE_F16_LOG_PROBABILITY;
      case DENSE_F32 -> TargetEncoding.DENSE_F32;
      case AUTO ->
          suitsFloat16(logProbabilities)
              ? TargetEncoding.DENSE_F16_LOG_PROBABILITY
              : TargetEncoding.DENSE_F32;
    };
  }

  /** Most bytes of one encoded distribution over {@code classes}. */
  public int bytes(int classes) {
    return TargetCodec.bytes(
        this == DENSE_F16_LOG_PROBABILITY
            ? TargetEncoding.DENSE_F16_LOG_PROBABILITY
            : TargetEncoding.DENSE_F32,
        classes);
  }

  private static boolean suitsFloat16(double[] logProbabilities) {
    double least = 0;
    double sum = 0;
    for (double value : logProbabilities) {
      least = Math.min(least, value);
      sum += value;
    }
    if (least < TargetCodec.LOG_MIN_F32) {
      return true; // float32 probabilities would cut it off
    }
    double mean = sum / logProbabilities.length;
    double squares = 0;
    for (double value : logProbabilities) {
      squares += (value - mean) * (value - mean);
    }
    double deviation = Math.sqrt(squares / logProbabilities.length);
    int exponent = Math.max(Math.getExponent(least), MIN_EXPONENT);
    double rounding = Math.scalb(1.0, exponent - PRECISION); // half a unit in the last place
    return rounding <= ROUNDING * deviation;
  }
}
