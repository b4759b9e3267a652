package io.streamdistill.student.step;

import static io.streamdistill.core.config.Require.require;

/**
 * How a gradient becomes an update. The learning rate is no part of it: it comes with every step,
 * out of a {@link LearningRateSchedule}.
 */
public sealed interface OptimizerConfig {

  /** The optimizer as configuration files and metric tags name it. */
  String label();

  /** Nesterov momentum 0.9. */
  static OptimizerConfig nesterov() {
    return new Nesterov(0.9);
  }

  /** Adam with beta1 0.9, beta2 0.999, epsilon 1e-8. */
  static OptimizerConfig adam() {
    return new Adam(0.9, 0.999, 1e-8);
  }

  /** {@code x -= lr g}. */
  record Sgd() implements OptimizerConfig {
    @Override
    public String label() {
      return "sgd";
    }
  }

  /**
   * Nesterov's accelerated gradient: {@code v' = mu v - lr g; x += (1 + mu) v' - mu v}.
   *
   * @param momentum mu, in [0, 1), no unit; default 0.9
   */
  record Nesterov(double momentum) implements OptimizerConfig {
    public Nesterov {
      requireFraction("momentum", momentum);
    }

    @Override
    public String label() {
      return "nesterov";
    }
  }

  /**
   * Adam (Kingma and Ba, 2015), in the form with the bias correction folded into the step size.
   *
   * @param beta1 decay of the mean of gradients, in [0, 1), no unit; default 0.9
   * @param beta2 decay of the mean of squared gradients, in [0, 1), no unit; default 0.999
   * @param epsilon keeps the denominator off zero, > 0; default 1e-8
   */
  record Adam(double beta1, double beta2, double epsilon) implements OptimizerConfig {
    public Adam {
      requireFraction("beta1", beta1);
      requireFraction("beta2", beta2);
      require(
          epsilon > 0 && Double.isFinite(epsilon),
          "optimizer.epsilon must be > 0 and finite, got %s; 1e-8 is usual",
          epsilon);
    }

    @Override
    public String label() {
      return "adam";
    }
  }

  private static void requireFraction(String key, double value) {
    require(value >= 0 && value < 1, "optimizer.%s must be in [0, 1), got %s", key, value);
  }
}
