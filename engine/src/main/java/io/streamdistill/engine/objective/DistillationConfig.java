package io.streamdistill.engine.objective;

import static io.streamdistill.config.Require.require;

import java.util.List;

/**
 * The distillation objective: {@code (1-a) [T^2 CE(teacher, student at T) + b h^2 CE(teacher,
 * student at h)] + a h^2 CE(label, student at h)}.
 *
 * @param temperature softmax temperature T of the soft term, > 0, no unit
 * @param hardWeight share a of the hard term, in [0, 1], no unit; default 0.1
 * @param logitScale s, unit of the output layer, > 0, no unit; 1 trains in the logits' own
 * @param hardTemperature h of the hard term, in (0, 1]: 1, or the spread of the teacher's logits if
 *     that is less, since at 1 a label would outweigh a teacher whose logits are nearly alike
 * @param sharpWeight b, weight of the soft term at h, >= 0; 0 is the paper's objective; of no
 *     effect unless T > h
 * @param clip largest gradient of a record with respect to its logits, in units of T, > 0; infinity
 *     bounds none. Without a weight no record's is above 1.5 (1 + b)
 */
public record DistillationConfig(
    double temperature,
    double hardWeight,
    double logitScale,
    double hardTemperature,
    double sharpWeight,
    double clip)
    implements ObjectiveConfig {

  /** Its terms. */
  public static final List<Term> TERMS =
      List.of(
          new Term(
              "soft",
              "Soft term of the loss beyond the teacher's entropy (T^2 KL) per example, nats"),
          new Term("hard", "Hard term of the loss per example, nats"));

  /**
   * Default of {@code clip}: bites at weights above 7 or so, and only where the answer is wrong.
   */
  public static final double CLIP = 10;

  /** T = 20, a = 0.1, in the logits' own unit. */
  public static final DistillationConfig DEFAULT = new DistillationConfig(20, 0.1);

  public DistillationConfig {
    require(
        temperature > 0 && Double.isFinite(temperature),
        "objective.temperature must be > 0 and finite, got %s; auto follows the teacher's logits",
        temperature);
    require(
        hardWeight >= 0 && hardWeight <= 1,
        "objective.hard-weight must be in [0, 1], got %s; 0 trains on soft targets alone",
        hardWeight);
    require(
        logitScale > 0 && Double.isFinite(logitScale),
        "objective.logit-scale must be > 0 and finite, got %s; auto measures it",
        logitScale);
    require(
        hardTemperature > 0 && hardTemperature <= 1,
        "the temperature of the hard term must be in (0, 1], got %s",
        hardTemperature);
    require(
        sharpWeight >= 0 && Double.isFinite(sharpWeight),
        "objective.sharp-weight must be >= 0 and finite, got %s; 1 is the default",
        sharpWeight);
    require(clip > 0, "objective.clip must be > 0, got %s; 10 is the default", clip);
  }

  /** In the logits' own unit, no record's gradient bounded. */
  public DistillationConfig(double temperature, double hardWeight) {
    this(temperature, hardWeight, 1, 1, 0, Double.POSITIVE_INFINITY);
  }

  /** Weight of the soft term at h; 0 where it is at T already. */
  public double sharp() {
    return temperature > hardTemperature ? sharpWeight : 0;
  }

  @Override
  public Objective objective(int classes) {
    return new RowByRow(
        new DistillationObjective(this),
        new RowByRow.Scale(temperature, logitScale, clip * Math.max(temperature, hardTemperature)),
        classes);
  }

  @Override
  public boolean isOfLabelsAlone() {
    return hardWeight == 1;
  }

  @Override
  public double softShare() {
    return 1 - hardWeight;
  }

  @Override
  public double blankLabelLoss(int classes) {
    return hardWeight * hardTemperature * hardTemperature * Math.log(classes);
  }
}
