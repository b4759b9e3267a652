package io.streamdistill.engine;

import static io.streamdistill.config.Require.require;

/**
 * How a gradient becomes an update. The learning rate is no part of it: it comes with every step.
 *
 * <p>Weight decay is decoupled from the gradient (Loshchilov and Hutter, 2019, equation 9 with the
 * rate inside): beside its update, each step takes {@code lr decay x} off a weight x, and nothing
 * off a bias.
 */
public sealed interface OptimizerConfig {

  /** The optimizer as configuration files and metric tags name it. */
  String label();

  /** Share of a weight that a step at learning rate 1 would take off, >= 0; 0 is none. */
  double weightDecay();

  /** Plain gradient descent, without weight decay. */
  static OptimizerConfig sgd() {
    return new Sgd(0);
  }

  /** Nesterov momentum 0.9, without weight decay. */
  static OptimizerConfig nesterov() {
    return new Nesterov(0.9, 0);
  }

  /** Adam with beta1 0.9, beta2 0.999, epsilon 1e-8, without weight decay. */
  static OptimizerConfig adam() {
    return new Adam(0.9, 0.999, 1e-8, 0);
  }

  /**
   * {@code x -= lr g}.
   *
   * @param weightDecay >= 0; default 0
   */
  record Sgd(double weightDecay) implements OptimizerConfig {
    public Sgd {
      requireDecay(weightDecay);
    }

    @Override
    public String label() {
      return "sgd";
    }
  }

  /**
   * Nesterov's accelerated gradient: {@code v' = mu v - lr g; x += (1 + mu) v' - mu v}.
   *
   * @param momentum mu, in [0, 1), no unit; default 0.9
   * @param weightDecay >= 0; default 0
   */
  record Nesterov(double momentum, double weightDecay) implements OptimizerConfig {
    public Nesterov {
      requireFraction("momentum", momentum);
      requireDecay(weightDecay);
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
   * @param weightDecay >= 0; default 0
   */
  record Adam(double beta1, double beta2, double epsilon, double weightDecay)
      implements OptimizerConfig {
    public Adam {
      requireFraction("beta1", beta1);
      requireFraction("beta2", beta2);
      require(
          epsilon > 0 && Double.isFinite(epsilon),
          "optimizer.epsilon must be > 0 and finite, got %s; 1e-8 is usual",
          epsilon);
      requireDecay(weightDecay);
    }

    @Override
    public String label() {
      return "adam";
    }
  }

  private static void requireFraction(String key, double value) {
    require(value >= 0 && value < 1, "optimizer.%s must be in [0, 1), got %s", key, value);
  }

  private static void requireDecay(double value) {
    require(
        value >= 0 && Double.isFinite(value),
        "optimizer.weight-decay must be >= 0 and finite, got %s; 0.001 is a mild one",
        value);
  }
}
