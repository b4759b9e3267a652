package io.streamdistill.student.objective;

import static io.streamdistill.core.config.Require.require;

/**
 * The distillation objective: {@code (1-a) T^2 CE(teacher, student at T) + a CE(label, student)}.
 *
 * @param temperature softmax temperature T of the soft term, > 0, no unit; default 20
 * @param hardWeight share a of the hard term, in [0, 1], no unit; default 0.1
 */
public record ObjectiveConfig(double temperature, double hardWeight) {

  /** T = 20, a = 0.1. */
  public static final ObjectiveConfig DEFAULT = new ObjectiveConfig(20, 0.1);

  public ObjectiveConfig {
    require(
        temperature > 0 && Double.isFinite(temperature),
        "objective.temperature must be > 0 and finite, got %s; 20 is a good start",
        temperature);
    require(
        hardWeight >= 0 && hardWeight <= 1,
        "objective.hard-weight must be in [0, 1], got %s; 0 trains on soft targets alone",
        hardWeight);
  }
}
