package io.streamdistill.student.scale;

import java.util.Arrays;

/**
 * Mean and deviation of one feature, of which no single value can make much: the smallest and the
 * greatest {@value #TAIL} of the values count as if they were at the edge of the rest.
 *
 * @param mean finite
 * @param deviation > 0; 1, or the magnitude of the mean, for a feature that never changes
 */
record Column(float mean, float deviation) {

  private static final double TAIL = 0.005;

  /** Below so many values there is no tail. */
  private static final int FEW = 20;

  /** Smaller deviations, relative to the mean, are the rounding of a float. */
  private static final double ROUNDING = 1e-6;

  /**
   * Measures.
   *
   * @param values (records), finite; sorted in place
   */
  static Column of(float[] values) {
    Arrays.sort(values);
    int tail = values.length < FEW ? 0 : (int) Math.ceil(TAIL * values.length);
    float low = values[tail];
    float high = values[values.length - 1 - tail];
    return high > low ? clamped(values, low, high) : rare(values);
  }

  private static Column clamped(float[] values, float low, float high) {
    double sum = 0;
    for (float value : values) {
      sum += Math.max(low, Math.min(high, value));
    }
    double mean = sum / values.length;
    double squares = 0;
    for (float value : values) {
      double difference = Math.max(low, Math.min(high, value)) - mean;
      squares += difference * difference;
    }
    return of(mean, Math.sqrt(squares / values.length));
  }

  /** Nearly always one value: the unit is how far the others typically are from it. */
  private static Column rare(float[] sorted) {
    float usual = sorted[sorted.length / 2];
    double[] others =
        java.util.stream.IntStream.range(0, sorted.length)
            .filter(i -> sorted[i] != usual)
            .mapToDouble(i -> Math.abs((double) sorted[i] - usual))
            .sorted()
            .toArray();
    return of(usual, others.length == 0 ? 0 : others[others.length / 2]);
  }

  private static Column of(double mean, double deviation) {
    if (deviation > ROUNDING * Math.abs(mean)
        && deviation >= Float.MIN_NORMAL
        && deviation <= Float.MAX_VALUE) {
      return new Column((float) mean, (float) deviation);
    }
    float unit = Math.abs((float) mean);
    return new Column((float) mean, unit >= Float.MIN_NORMAL ? unit : 1);
  }
}
