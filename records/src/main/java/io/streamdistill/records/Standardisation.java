package io.streamdistill.records;

import java.util.List;

/**
 * How a student sees its features: {@code x' = clip((x - mean) / deviation, -limit, limit)} for
 * every feature by itself, where x is the scaled element of the {@link FeatureContract}.
 *
 * @param mean by feature, finite
 * @param deviation by feature, finite and > 0; the same number as {@code mean}
 * @param limit largest magnitude that the network sees, in deviations, > 0
 */
public record Standardisation(List<Float> mean, List<Float> deviation, float limit) {

  /** Validates. */
  public Standardisation {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    check(
        mean.size() == deviation.size() && !mean.isEmpty(),
        "standardisation has %s means and %s deviations",
        mean.size(),
        deviation.size());
    for (float value : mean) {
      check(Float.isFinite(value), "standardisation has the mean %s", value);
    }
    for (float value : deviation) {
      check(value > 0 && Float.isFinite(value), "standardisation has the deviation %s", value);
    }
    check(limit > 0 && Float.isFinite(limit), "standardisation has the limit %s", limit);
  }

  private static void check(boolean holds, String problem, Object... args) {
    if (!holds) {
      throw new IllegalArgumentException(problem.formatted(args));
    }
  }

  /** Number of features. */
  public int length() {
    return mean.size();
  }

  /** The means as a new array, (length). */
  public float[] means() {
    return array(mean);
  }

  /** The deviations as a new array, (length). */
  public float[] deviations() {
    return array(deviation);
  }

  private static float[] array(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }
}
