package io.streamdistill.benchmarks.pipeline;

import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a service's {@code /metrics} said at one moment.
 *
 * @param text in Prometheus' format
 */
record MetricsSnapshot(String text) {

  private static final Pattern BUCKET = Pattern.compile("[{,]le=\"([^\"]+)\"");

  /** Sum of all samples of a metric, over its tags; 0 when there are none. */
  double sum(String metric) {
    return sum(metric, "");
  }

  /**
   * Sum of the samples of a metric that have a tag.
   *
   * @param tag as on the page, e.g. {@code area="heap"}
   */
  double sum(String metric, String tag) {
    return text.lines()
        .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
        .filter(line -> line.contains(tag))
        .mapToDouble(MetricsSnapshot::value)
        .filter(Double::isFinite)
        .sum();
  }

  /** Cumulative counts of a histogram by upper bound. */
  NavigableMap<Double, Double> buckets(String metric) {
    NavigableMap<Double, Double> buckets = new TreeMap<>();
    text.lines()
        .filter(line -> line.startsWith(metric + "_bucket{"))
        .forEach(
            line -> {
              Matcher bound = BUCKET.matcher(line);
              if (bound.find()) {
                String le = bound.group(1);
                double upper =
                    le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
                buckets.merge(upper, value(line), Double::sum);
              }
            });
    return buckets;
  }

  private static double value(String line) {
    return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }

  /**
   * A quantile of what a histogram counted since {@code earlier}, linear within its bucket.
   *
   * @param share in (0, 1]
   * @return NaN when it counted nothing; the last finite bound when the quantile lies beyond
   */
  double quantileSince(MetricsSnapshot earlier, String metric, double share) {
    NavigableMap<Double, Double> now = buckets(metric);
    NavigableMap<Double, Double> then = earlier.buckets(metric);
    double total =
        now.getOrDefault(Double.POSITIVE_INFINITY, 0.0)
            - then.getOrDefault(Double.POSITIVE_INFINITY, 0.0);
    if (total <= 0) {
      return Double.NaN;
    }
    double lower = 0;
    double below = 0;
    for (double upper : now.keySet()) {
      double count = now.getOrDefault(upper, 0.0) - then.getOrDefault(upper, 0.0);
      if (count >= share * total) {
        return Double.isInfinite(upper)
            ? lower
            : lower + (upper - lower) * (share * total - below) / (count - below);
      }
      lower = upper;
      below = count;
    }
    return lower;
  }
}
