package io.streamdistill.student.schedule;

import static io.streamdistill.config.Require.require;

/**
 * The learning rate as a function of the step number and of how much of the training is done, so
 * that a resumed run takes up exactly where it was.
 *
 * @param base learning rate after warm-up, > 0
 * @param warmupSteps steps over which the rate rises linearly to {@code base}; default 0
 * @param decay what happens after the warm-up; default {@link Constant}
 */
public record LearningRateSchedule(double base, long warmupSteps, Decay decay) {

  public LearningRateSchedule {
    require(
        base > 0 && Double.isFinite(base),
        "learning-rate.base must be > 0 and finite, got %s",
        base);
    require(warmupSteps >= 0, "learning-rate.warmup-steps must be >= 0, got %s", warmupSteps);
  }

  /** The same rate at every step. */
  public static LearningRateSchedule constant(double base) {
    return new LearningRateSchedule(base, 0, new Constant());
  }

  /** The rate of a step, counted from 0, while no end of the training is known. */
  public double at(long step) {
    return at(step, 0);
  }

  /**
   * The rate of a step, counted from 0.
   *
   * @param done share of the training that is done, in [0, 1]; 0 while no end of it is known
   */
  public double at(long step, double done) {
    return step < warmupSteps
        ? base * (step + 1) / warmupSteps
        : base * decay.factor(step - warmupSteps, done);
  }

  /** What the base rate is multiplied by, as a function of the steps since the warm-up. */
  public sealed interface Decay {

    /** In [0, 1]; 1 at step 0. */
    double factor(long step);

    /** The same, for those that look at the share of the training that is done. */
    default double factor(long step, double done) {
      return factor(step);
    }
  }

  /**
   * For trainings of any length: the full rate at first, then with the square root of the steps
   * down to {@value #LEAST}, and to zero along a line over the last {@value #SHARE} of a training
   * whose end is known.
   *
   * <p>A student that has seen much gains more from small steps than from fast ones; one that never
   * ends keeps enough of its rate to follow a stream that changes.
   *
   * @param full steps at the full rate, at least 1
   */
  public record Anytime(long full) implements Decay {

    private static final double LEAST = 0.1;
    private static final double SHARE = 0.4;

    /** Examples that are seen at the full rate. */
    private static final long FULL_EXAMPLES = 256_000;

    public Anytime {
      requireSteps(full);
    }

    /** For steps of such a size. */
    public static Anytime ofBatches(BatchSize batchSize) {
      return new Anytime(Math.max(1, batchSize.steps(FULL_EXAMPLES)));
    }

    @Override
    public double factor(long step) {
      return Math.max(LEAST, Math.min(1, Math.sqrt((double) full / Math.max(1, step))));
    }

    @Override
    public double factor(long step, double done) {
      return factor(step) * Math.max(0, Math.min(1, (1 - done) / SHARE));
    }
  }

  /** No decay. */
  public record Constant() implements Decay {
    @Override
    public double factor(long step) {
      return 1;
    }
  }

  /**
   * Multiplies by {@code factor} every {@code everySteps} steps, all at once.
   *
   * @param factor in (0, 1]
   * @param everySteps at least 1
   */
  public record StepDecay(double factor, long everySteps) implements Decay {
    public StepDecay {
      requireDecay(factor, everySteps);
    }

    @Override
    public double factor(long step) {
      long times = step / everySteps;
      return Math.pow(factor, (double) times);
    }
  }

  /**
   * Multiplies by {@code factor} every {@code everySteps} steps, a little at each.
   *
   * @param factor in (0, 1]
   * @param everySteps at least 1
   */
  public record Exponential(double factor, long everySteps) implements Decay {
    public Exponential {
      requireDecay(factor, everySteps);
    }

    @Override
    public double factor(long step) {
      return Math.pow(factor, (double) step / everySteps);
    }
  }

  /**
   * Falls to zero along half a cosine, and stays there.
   *
   * @param steps length of the fall, at least 1
   */
  public record Cosine(long steps) implements Decay {
    public Cosine {
      requireSteps(steps);
    }

    @Override
    public double factor(long step) {
      return step >= steps ? 0 : (1 + Math.cos(Math.PI * step / steps)) / 2;
    }
  }

  /**
   * Falls to zero along a line, and stays there.
   *
   * @param steps length of the fall, at least 1
   */
  public record Linear(long steps) implements Decay {
    public Linear {
      requireSteps(steps);
    }

    @Override
    public double factor(long step) {
      return step >= steps ? 0 : 1 - (double) step / steps;
    }
  }

  private static void requireDecay(double factor, long everySteps) {
    require(
        factor > 0 && factor <= 1, "learning-rate.decay.factor must be in (0, 1], got %s", factor);
    require(everySteps >= 1, "learning-rate.decay.every-steps must be >= 1, got %s", everySteps);
  }

  private static void requireSteps(long steps) {
    require(steps >= 1, "learning-rate.decay.steps must be >= 1, got %s", steps);
  }
}
