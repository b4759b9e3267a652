package io.streamdistill.experiments.defaults;

import io.streamdistill.experiments.lab.Results.Run;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task came to, over all its seeds.
 *
 * @param agreement with the teacher on the test rows, mean over seeds; null when none was trained
 * @param reference of the same net trained offline
 * @param difference in points, agreement less reference
 * @param tolerance in points
 * @param failed seeds that ended with an error
 * @param diverged seeds that diverged
 * @param met whether all were trained, none diverged, and the mean is within the tolerance
 */
public record Cell(
    @Nullable Double agreement,
    double reference,
    @Nullable Double difference,
    double tolerance,
    int failed,
    int diverged,
    boolean met) {

  /** Figure of a run. */
  public static final String AGREEMENT = "agreement";

  static final String REFERENCE = "reference";
  static final String TOLERANCE = "tolerance";
  static final String DIVERGED = "diverged";
  static final String FAILED = "failed";

  private static final double ROUNDING = 1e-9; // of decimal fractions

  /** Of the runs of one task, at least one. */
  static Cell of(List<Run> runs) {
    double reference = number(runs.get(0), REFERENCE);
    double tolerance = number(runs.get(0), TOLERANCE);
    List<Double> agreements =
        runs.stream()
            .filter(run -> run.figures().containsKey(AGREEMENT))
            .map(run -> number(run, AGREEMENT))
            .toList();
    int failed = runs.size() - agreements.size();
    int diverged =
        (int) runs.stream().filter(run -> Boolean.TRUE.equals(run.figures().get(DIVERGED))).count();
    if (agreements.isEmpty()) {
      return new Cell(null, reference, null, tolerance, failed, diverged, false);
    }
    double mean = agreements.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double points = 100 * (mean - reference);
    return new Cell(
        rounded(mean, 1e5),
        reference,
        rounded(points, 1e2),
        tolerance,
        failed,
        diverged,
        failed == 0 && diverged == 0 && points >= -tolerance - ROUNDING);
  }

  private static double rounded(double value, double unit) {
    return Math.round(value * unit) / unit;
  }

  private static double number(Run run, String key) {
    return run.figures().get(key) instanceof Number value ? value.doubleValue() : Double.NaN;
  }
}
