package io.streamdistill.checkpoints.format;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.streamdistill.records.Standardisation;
import org.jspecify.annotations.Nullable;

/**
 * What was measured on the first records of the log before a student took its first step, and stays
 * as it was for as long as the student lives.
 *
 * @param examples records measured; 0 in a student that was trained without
 * @param standardisation how the student sees its features; null: as the feature contract gives
 *     them
 * @param spread of the teacher's logits: the mean over the records of their standard deviation over
 *     the classes, at T = 1, >= 0
 * @param logitScale unit that the student's output layer is trained in, > 0
 * @param temperature T of the soft term, > 0
 * @param priorLoss what always giving the mean distribution costs: {@code T^2 KL(teacher || mean)}
 *     at T, in nats, >= 0
 * @param blankLoss the same of giving every class alike, as a student does before its first step
 * @param majority share of the records on which the teacher has its most frequent class on top, in
 *     [0, 1]
 * @param least smallest feature seen
 * @param greatest largest feature seen
 */
public record StudentScales(
    long examples,
    @JsonSetter(nulls = Nulls.SET) @Nullable Standardisation standardisation,
    double spread,
    double logitScale,
    double temperature,
    double priorLoss,
    double blankLoss,
    double majority,
    float least,
    float greatest) {

  /** Validates. */
  public StudentScales {
    check(spread >= 0 && Double.isFinite(spread), "spread", spread);
    check(logitScale > 0 && Double.isFinite(logitScale), "logitScale", logitScale);
    check(temperature > 0 && Double.isFinite(temperature), "temperature", temperature);
    check(priorLoss >= 0 && Double.isFinite(priorLoss), "priorLoss", priorLoss);
    check(blankLoss >= 0 && Double.isFinite(blankLoss), "blankLoss", blankLoss);
    check(majority >= 0 && majority <= 1, "majority", majority);
  }

  /** Of a student that was trained without: as the contract gives them, in the logits' own unit. */
  public static StudentScales unmeasured(double temperature) {
    return new StudentScales(0, null, 0, 1, temperature > 0 ? temperature : 1, 0, 0, 0, 0, 0);
  }

  private static void check(boolean holds, String what, double value) {
    if (!holds) {
      throw new IllegalArgumentException("scales have the %s %s".formatted(what, value));
    }
  }
}
