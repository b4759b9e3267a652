package io.streamdistill.engine.cuda;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.OptimizerConfig.Adam;
import io.streamdistill.engine.OptimizerConfig.Nesterov;
import io.streamdistill.engine.cuda.device.Kernel;

/**
 * An optimizer as the kernels want it.
 *
 * @param states floats that it keeps of each parameter
 * @param first momentum, or beta1
 * @param second beta2
 */
record Rates(Kernel kernel, int states, double first, double second, double epsilon, double decay) {

  static Rates of(OptimizerConfig optimizer) {
    double decay = optimizer.weightDecay();
    if (optimizer instanceof Adam adam) {
      return new Rates(Kernel.ADAM, 2, adam.beta1(), adam.beta2(), adam.epsilon(), decay);
    } else if (optimizer instanceof Nesterov nesterov) {
      return new Rates(Kernel.NESTEROV, 1, nesterov.momentum(), 0, 0, decay);
    }
    return new Rates(Kernel.SGD, 0, 0, 0, 0, decay);
  }

  /** beta1, or less than 0 when rates do not depend on how many steps there were. */
  double correctedBeta1() {
    return kernel == Kernel.ADAM ? first : -1;
  }
}
