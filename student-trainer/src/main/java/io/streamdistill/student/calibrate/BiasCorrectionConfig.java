package io.streamdistill.student.calibrate;

import static io.streamdistill.config.Require.require;

import java.util.List;

/**
 * Whether, and how, the output biases of every published model are corrected without labels; see
 * {@link BiasCorrection}. The student that is trained on is not changed.
 *
 * @param target what the mean prediction on the probe examples is to be; default none
 * @param probeTopic soft-target topic with the probe examples; empty, the default: the one that the
 *     student is trained on
 * @param probeExamples newest records of it that are used, >= 1; default 10,000
 * @param prior of target prior: the share of every class, each > 0, sum 1; default empty
 */
public record BiasCorrectionConfig(
    Target target, String probeTopic, int probeExamples, List<Double> prior) {

  /** No correction. */
  public static final BiasCorrectionConfig NONE =
      new BiasCorrectionConfig(Target.NONE, "", 10_000, List.of());

  /** What the mean prediction is to be. */
  public enum Target {
    /** No correction. */
    NONE,
    /** The teacher's mean prediction on the same examples. */
    TEACHER,
    /** A class prior that is known. */
    PRIOR
  }

  /** Validates. */
  public BiasCorrectionConfig {
    prior = List.copyOf(prior);
    require(
        probeExamples >= 1,
        "student.bias-correction.probe-examples must be >= 1, got %s; 10000 is a good start",
        probeExamples);
    double sum = prior.stream().mapToDouble(Double::doubleValue).sum();
    require(
        target != Target.PRIOR || (prior.stream().allMatch(p -> p > 0) && Math.abs(sum - 1) < 1e-3),
        "student.bias-correction.prior must have a share > 0 for every class, sum 1, got %s",
        prior);
  }
}
