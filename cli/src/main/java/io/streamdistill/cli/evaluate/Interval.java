package io.streamdistill.cli.evaluate;

/**
 * Where a share lies with a confidence of 95 % (Wilson 1927; it holds near 0 and 1, too).
 *
 * @param low in [0, 1]
 * @param high in [0, 1]
 */
record Interval(double low, double high) {

  private static final double Z = 1.959964;

  /** The interval of {@code hits} of {@code of}, > 0. */
  static Interval of(long hits, long of) {
    double p = (double) hits / of;
    double z2 = Z * Z / of;
    double centre = (p + z2 / 2) / (1 + z2);
    double half = Z * Math.sqrt(p * (1 - p) / of + z2 / of / 4) / (1 + z2);
    return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
  }
}
