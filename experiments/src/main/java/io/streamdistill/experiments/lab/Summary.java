package io.streamdistill.experiments.lab;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several runs in a few numbers.
 *
 * @param sd standard deviation between runs (n - 1); null for a single one
 */
public record Summary(double mean, @Nullable Double sd, int n) {

  /** Of at least one value. */
  public static Summary of(List<Double> values) {
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    int n = values.size();
    return new Summary(mean, n < 2 ? null : Math.sqrt(squares / (n - 1)), n);
  }
}
