package io.streamdistill.benchmarks.step;

import io.streamdistill.engine.OptimizerConfig;
import java.util.Locale;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/** The optimizers that are measured. */
public enum StepOptimizer {
  /** Plain stochastic gradient descent. */
  SGD,
  /** Nesterov momentum 0.9. */
  NESTEROV,
  /** Adam with its usual constants. */
  ADAM;

  /** Small enough that thousands of steps on the same batch stay finite. */
  public static final double LEARNING_RATE = 1e-3;

  /** As in the names of ratios. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  OptimizerConfig ours() {
    return switch (this) {
      case SGD -> OptimizerConfig.sgd();
      case NESTEROV -> OptimizerConfig.nesterov();
      case ADAM -> OptimizerConfig.adam();
    };
  }

  IUpdater dl4j() {
    return switch (this) {
      case SGD -> new Sgd(LEARNING_RATE);
      case NESTEROV -> new Nesterovs(LEARNING_RATE, 0.9);
      case ADAM -> new Adam(LEARNING_RATE);
    };
  }
}
