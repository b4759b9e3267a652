package io.streamdistill.student.schedule;

import io.streamdistill.engine.OptimizerConfig;

/**
 * The optimizer; keys that its type does not have are not used.
 *
 * @param type default adam
 * @param momentum of nesterov, in [0, 1); default 0.9
 * @param beta1 of adam, in [0, 1); default 0.9
 * @param beta2 of adam, in [0, 1); default 0.999
 * @param epsilon of adam, > 0; default 1e-8
 * @param weightDecay decoupled: each step takes learning rate x this off every weight (not off
 *     biases), >= 0; default 0
 */
public record OptimizerSettings(
    Type type, double momentum, double beta1, double beta2, double epsilon, double weightDecay) {

  /** Kinds of optimizer. */
  public enum Type {
    /** Plain stochastic gradient descent. */
    SGD,
    /** Nesterov momentum. */
    NESTEROV,
    /** Adam. */
    ADAM
  }

  /** Validates. */
  public OptimizerSettings {
    new OptimizerConfig.Nesterov(momentum, weightDecay);
    new OptimizerConfig.Adam(beta1, beta2, epsilon, weightDecay);
  }

  /** The optimizer that {@code type} names. */
  public OptimizerConfig config() {
    return switch (type) {
      case SGD -> new OptimizerConfig.Sgd(weightDecay);
      case NESTEROV -> new OptimizerConfig.Nesterov(momentum, weightDecay);
      case ADAM -> new OptimizerConfig.Adam(beta1, beta2, epsilon, weightDecay);
    };
  }
}
