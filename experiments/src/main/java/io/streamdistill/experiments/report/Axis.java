package io.streamdistill.experiments.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * An axis: what it shows, and the round numbers that it is marked with.
 *
 * @param low at its start
 * @param high at its end, above {@code low}
 * @param ticks between the two, rising
 */
record Axis(String label, Scale scale, double low, double high, List<Double> ticks) {

  /** How numbers are spread over an axis. */
  enum Scale {
    LINEAR,
    LOGARITHMIC // numbers must be > 0
  }

  private static final int TICKS = 6;

  /** An axis that has room for all values. */
  static Axis over(String label, Scale scale, DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    double low = sorted.length == 0 ? 0 : sorted[0];
    double high = sorted.length == 0 ? 1 : sorted[sorted.length - 1];
    return scale == Scale.LOGARITHMIC ? logarithmic(label, low, high) : linear(label, low, high);
  }

  private static Axis linear(String label, double low, double high) {
    double raw = Math.max(high - low, 1e-9) / TICKS;
    double magnitude = Math.pow(10, Math.floor(Math.log10(raw)));
    double step =
        DoubleStream.of(1, 2, 5, 10)
            .map(nice -> nice * magnitude)
            .filter(nice -> nice >= raw)
            .findFirst()
            .orElse(10 * magnitude);
    List<Double> ticks = new ArrayList<>();
    long to = Math.max((long) Math.floor(low / step) + 1, (long) Math.ceil(high / step));
    for (long i = (long) Math.floor(low / step); i <= to; i++) {
      ticks.add(i * step);
    }
    return new Axis(label, Scale.LINEAR, ticks.get(0), ticks.get(ticks.size() - 1), ticks);
  }

  private static Axis logarithmic(String label, double low, double high) {
    List<Double> ticks = new ArrayList<>();
    for (double power = Math.pow(10, Math.floor(Math.log10(low))); power <= high; power *= 10) {
      for (int digit : new int[] {1, 2, 5}) {
        if (digit * power >= low && digit * power <= high) {
          ticks.add(digit * power);
        }
      }
    }
    return new Axis(label, Scale.LOGARITHMIC, low, high > low ? high : 2 * low, ticks);
  }

  /** Where on the axis a value is: 0 at its start, 1 at its end. */
  double place(double value) {
    return (scaled(value) - scaled(low)) / (scaled(high) - scaled(low));
  }

  private double scaled(double value) {
    return scale == Scale.LOGARITHMIC ? Math.log(value) : value;
  }
}
