package io.streamdistill.records.target;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Encodes the teacher's distribution for the wire, and recovers log-probabilities from it. Dense
 * encodings lose nothing that a student needs: centred logits are T log p, so one topic serves
 * every temperature.
 */
public final class TargetCodec {

  /** Natural logarithm of the smallest probability that a dense float32 target keeps. */
  static final double LOG_MIN_F32 = Math.log(Float.MIN_NORMAL);

  /** Logarithm of a probability of exactly zero, for which {@link ProbabilityFloor} stands. */
  private static final double ZERO = Double.NEGATIVE_INFINITY;

  private TargetCodec() {}

  /** Bytes of one encoded distribution over {@code classes}. */
  public static int bytes(TargetEncoding encoding, int classes) {
    return Math.multiplyExact(encoding.bytes(), classes);
  }

  /**
   * Encodes a distribution.
   *
   * @param logProbabilities (classes) natural logarithms at the temperature, none NaN
   */
  public static ByteBuffer encode(TargetEncoding encoding, double[] logProbabilities) {
    ByteBuffer out =
        ByteBuffer.allocate(bytes(encoding, logProbabilities.length))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (double logProbability : logProbabilities) {
      switch (encoding) {
        case DENSE_F32 -> out.putFloat((float) Math.exp(Math.max(logProbability, LOG_MIN_F32)));
        case DENSE_F16_LOG_PROBABILITY ->
            out.putShort(Float16.fromFloat((float) Math.max(logProbability, -Float16.MAX_VALUE)));
      }
    }
    return out.flip();
  }

  /**
   * Decodes a distribution.
   *
   * @param targets exactly {@link #bytes} bytes; its position is left alone
   * @param logProbabilities (classes), overwritten with normalised natural logarithms at the
   *     temperature of the record
   * @return whether the bytes are a distribution: every entry finite, no probability negative and,
   *     before the renormalising that undoes the encoding's rounding, a sum of 1 within 1 %
   */
  public static boolean decode(
      TargetEncoding encoding, ByteBuffer targets, double[] logProbabilities) {
    ByteBuffer in = targets.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() != bytes(encoding, logProbabilities.length)) {
      return false;
    }
    double sum = 0;
    double least = 0; // logarithm of the smallest probability above zero
    int zeros = 0;
    for (int i = 0; i < logProbabilities.length; i++) {
      double logProbability =
          switch (encoding) {
            case DENSE_F32 -> logProbability(in.getFloat(4 * i));
            case DENSE_F16_LOG_PROBABILITY -> Float16.toFloat(in.getShort(2 * i));
          };
      if (logProbability == ZERO && encoding == TargetEncoding.DENSE_F32) {
        zeros++;
      } else if (!Double.isFinite(logProbability)) {
        return false;
      } else {
        least = Math.min(least, logProbability);
      }
      logProbabilities[i] = logProbability;
      sum += Math.exp(logProbability);
    }
    if (!(Math.abs(sum - 1) <= 0.01)) {
      return false;
    }
    double floor = zeros == 0 ? 0 : ProbabilityFloor.of(Math.exp(least));
    double logSum = Math.log(sum + zeros * floor);
    for (int i = 0; i < logProbabilities.length; i++) {
      logProbabilities[i] =
          (logProbabilities[i] == ZERO ? Math.log(floor) : logProbabilities[i]) - logSum;
    }
    return true;
  }

  /** Returns log p: {@link #ZERO} of zero, NaN when p is negative or no number. */
  private static double logProbability(float probability) {
    if (probability == 0) {
      return ZERO;
    }
    return probability < 0 ? Double.NaN : Math.max(Math.log(probability), LOG_MIN_F32);
  }

  /**
   * Moves a distribution to another temperature, in place: log p at T' is log softmax(T log p /
   * T').
   *
   * @param logProbabilities (classes) natural logarithms at {@code from}
   * @param from temperature of the input, > 0
   * @param to temperature of the result, > 0
   */
  public static void retemper(double[] logProbabilities, double from, double to) {
    if (from != to) {
      Softmax.logSoftmax(logProbabilities, to / from);
    }
  }
}
