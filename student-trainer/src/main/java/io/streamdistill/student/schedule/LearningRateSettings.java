package io.streamdistill.student.schedule;

import io.streamdistill.config.AutoNumber;
import io.streamdistill.student.schedule.LearningRateSchedule.Decay;

/**
 * The learning rate.
 *
 * @param base rate after the warm-up, > 0, or auto: what suits the optimizer; default auto
 * @param warmupSteps steps of linear rise; default 100
 * @param decay default auto
 * @param decaySteps of step and exponential: steps per factor; of cosine and linear: steps to zero;
 *     at least 1; default 1000
 * @param decayFactor of step and exponential, in (0, 1]; default 0.5
 */
public record LearningRateSettings(
    AutoNumber base, long warmupSteps, DecayType decay, long decaySteps, double decayFactor) {

  /** Shapes of learning-rate decay. */
  public enum DecayType {
    /** Along a line to zero over the last examples of the last pass; none while no end is known. */
    AUTO,
    /** None. */
    CONSTANT,
    /** By a factor every so many steps, all at once. */
    STEP,
    /** By a factor every so many steps, a little at each. */
    EXPONENTIAL,
    /** To zero along half a cosine. */
    COSINE,
    /** To zero along a line. */
    LINEAR
  }

  private static final double NARROW = 0.006;
  private static final double NARROW_WIDTH = 128;
  private static final double WIDE = 0.003;

  /** Validates. */
  public LearningRateSettings {
    schedule(base.orElse(1), warmupSteps, decay, decaySteps, decayFactor, BatchSize.of(1, 1));
  }

  /**
   * The same with a rate in the place of auto: 0.1 for Nesterov, 0.3 for SGD. Adam moves every
   * weight alike, and what a layer gives moves with their number: {@value #NARROW} up to {@value
   * #NARROW_WIDTH} units, less with the square root of the width, {@value #WIDE} at the least.
   *
   * @param width inputs of the output layer
   */
  public LearningRateSettings forWidth(OptimizerSettings.Type optimizer, long width) {
    double found =
        switch (optimizer) {
          case ADAM -> Math.max(WIDE, NARROW * Math.min(1, Math.sqrt(NARROW_WIDTH / width)));
          case NESTEROV -> 0.1;
          case SGD -> 0.3;
        };
    return new LearningRateSettings(
        AutoNumber.of(base.orElse(found)), warmupSteps, decay, decaySteps, decayFactor);
  }

  /**
   * The learning rate as a function of the step; {@code base} must be a number.
   *
   * @param batchSize examples of a step
   */
  public LearningRateSchedule schedule(BatchSize batchSize) {
    return schedule(
        base.orElse(Double.NaN), warmupSteps, decay, decaySteps, decayFactor, batchSize);
  }

  private static LearningRateSchedule schedule(
      double base,
      long warmupSteps,
      DecayType decay,
      long decaySteps,
      double decayFactor,
      BatchSize batchSize) {
    Decay shape =
        switch (decay) {
          case AUTO -> LearningRateSchedule.Anytime.ofBatches(batchSize);
          case CONSTANT -> new LearningRateSchedule.Constant();
          case STEP -> new LearningRateSchedule.StepDecay(decayFactor, decaySteps);
          case EXPONENTIAL -> new LearningRateSchedule.Exponential(decayFactor, decaySteps);
          case COSINE -> new LearningRateSchedule.Cosine(decaySteps);
          case LINEAR -> new LearningRateSchedule.Linear(decaySteps);
        };
    return new LearningRateSchedule(base, warmupSteps, shape);
  }
}
