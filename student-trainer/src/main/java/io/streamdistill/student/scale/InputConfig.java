package io.streamdistill.student.scale;

import static io.streamdistill.config.Require.require;

import java.util.List;

/**
 * How a student sees its features. Frozen with its first checkpoint.
 *
 * @param standardise default auto
 * @param mean by feature, of {@code standardise: given}; default empty
 * @param deviation by feature, each > 0, of {@code standardise: given}; default empty
 * @param limit largest magnitude that the network sees, in deviations, > 0; default 10
 * @param examples first records of the log that are measured, at least 2; default 10000
 */
public record InputConfig(
    Standardise standardise, List<Float> mean, List<Float> deviation, float limit, int examples) {

  /** As the feature contract gives them. */
  public static final InputConfig OFF =
      new InputConfig(Standardise.OFF, List.of(), List.of(), 10, 10_000);

  /** Ways to scale features. */
  public enum Standardise {
    /** {@link #FEATURE} for f16 and f32, {@link #SHARED} for u8. */
    AUTO,
    /** Every feature by its own mean and deviation. */
    FEATURE,
    /** All features by one factor that brings their root mean square to 1/3; 0 stays 0. */
    SHARED,
    /** By {@code mean} and {@code deviation}. */
    GIVEN,
    /** Not at all. */
    OFF
  }

  /** Validates. */
  public InputConfig {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    boolean given = standardise == Standardise.GIVEN;
    require(
        given ? !mean.isEmpty() && mean.size() == deviation.size() : mean.isEmpty(),
        given
            ? "student.features.standardise is given, but there are %s means and %s deviations; list one of each for every feature"
            : "student.features has %s means and %s deviations; they need standardise: given",
        mean.size(),
        deviation.size());
    require(
        deviation.stream().allMatch(value -> value > 0),
        "student.features.deviation must hold numbers > 0, got %s",
        deviation);
    require(
        limit > 0 && Float.isFinite(limit),
        "student.features.limit must be > 0 and finite, got %s; 10 is the default",
        limit);
    require(
        examples >= 2, "student.features.examples must be >= 2, got %s; 10000 is usual", examples);
  }
}
