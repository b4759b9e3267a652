package io.streamdistill.student.gate;

import static io.streamdistill.config.Require.require;

/**
 * The hold-out, and what a checkpoint has to reach on it to become champion.
 *
 * @param holdOutShare share of the examples, chosen by a hash of their id, that is never trained
 *     on, in [0, 0.5]; 0 is no gate, and then only people move the champion; default 0.02
 * @param holdOutExamples newest of them that the gate judges on, >= 1; default 2000
 * @param minExamples fewer than these decide nothing; 0: half of what the share of the stream so
 *     far is, at least {@value #FEWEST}, at most {@value #ENOUGH}; default 0
 * @param metric what must not be worse than the champion's; default auto
 * @param margin by how much it may be worse, >= 0: a share for accuracy and agreement, nats for the
 *     divergence; never less than the standard error of the difference; default 0.005
 * @param minAgreement agreement with the teacher without which nothing becomes champion, in [0, 1];
 *     default 0.5
 */
public record GateConfig(
    double holdOutShare,
    int holdOutExamples,
    int minExamples,
    Metric metric,
    double margin,
    double minAgreement) {

  /** No hold-out, no gate. */
  public static final GateConfig NONE = new GateConfig(0, 2000, 0, Metric.AUTO, 0.005, 0.5);

  /** Held-out examples below which nothing is decided, however small the stream. */
  static final int FEWEST = 5;

  /** Held-out examples that decide, however large the stream. */
  static final int ENOUGH = 200;

  /** What is compared with the champion. */
  public enum Metric {
    /**
     * Agreement with the teacher and divergence from it, and accuracy as well when there are labels
     * enough: labels that went wrong upstream must not make a champion by themselves.
     */
    AUTO,
    /** Share of the labelled examples whose label the student gives the highest probability. */
    ACCURACY,
    /** Share of the examples on which student and teacher have the same class on top. */
    AGREEMENT,
    /** Mean KL divergence of the student from the teacher at T = 1, nats. */
    DIVERGENCE
  }

  /** Validates. */
  public GateConfig {
    require(
        holdOutShare >= 0 && holdOutShare <= 0.5,
        "student.gate.hold-out-share must be in [0, 0.5], got %s",
        holdOutShare);
    require(
        holdOutExamples >= 1,
        "student.gate.hold-out-examples must be >= 1, got %s",
        holdOutExamples);
    require(
        minExamples >= 0 && minExamples <= holdOutExamples,
        "student.gate.min-examples must be in [0, hold-out-examples] (0: as the stream gives), got %s",
        minExamples);
    require(margin >= 0, "student.gate.margin must be >= 0, got %s", margin);
    require(
        minAgreement >= 0 && minAgreement <= 1,
        "student.gate.min-agreement must be in [0, 1], got %s",
        minAgreement);
  }

  /**
   * Held-out examples that a decision takes.
   *
   * @param stream fit examples so far, each counted once; a share of these is held out, but which
   *     ones is chance, so that half of that is asked for
   */
  int required(long stream) {
    if (minExamples > 0) {
      return minExamples;
    }
    long half = Math.round(Math.min(holdOutShare * stream / 2, ENOUGH));
    return (int) Math.min(Math.max(FEWEST, half), holdOutExamples);
  }
}
