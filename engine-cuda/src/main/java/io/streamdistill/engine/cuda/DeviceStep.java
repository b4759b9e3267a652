package io.streamdistill.engine.cuda;

import static java.lang.Double.doubleToRawLongBits;

import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.cuda.device.DeviceMemory;
import io.streamdistill.engine.cuda.device.Kernel;
import io.streamdistill.engine.cuda.device.Matrix;
import io.streamdistill.engine.objective.DistillationConfig;

/**
 * A training step as a queue of kernels and 3L-1 matrix products for L layers.
 *
 * <p>With {@code h_0 = x}, and all matrices (units, rows):
 *
 * <pre>
 *   forward    z_l = W_l^T h_(l-1) + b_l          h_l = max(z_l, 0)
 *   backward   d_L = dLoss/dz_L                   d_(l-1) = W_l d_l where h_(l-1) > 0
 *   gradient   dLoss/dW_l = h_(l-1) d_l^T         dLoss/db_l = row sums of d_l
 * </pre>
 *
 * <p>Nothing waits for the host. Whether the loss is finite is found out on the device, where the
 * update heeds it.
 */
final class DeviceStep {

  private final Device device;
  private final DenseShape shape;
  private final StepMemory memory;
  private final Decoding decoding;
  private final DistillationConfig objective;
  private final Rates rates;
  private final float outputFactor;

  DeviceStep(
      Device device,
      StepMemory memory,
      DenseShape shape,
      Decoding decoding,
      DistillationConfig objective,
      Rates rates,
      float outputFactor) {
    this.device = device;
    this.memory = memory;
    this.shape = shape;
    this.decoding = decoding;
    this.objective = objective;
    this.rates = rates;
    this.outputFactor = outputFactor;
  }

  /** Queues a step on the first rows; its results come into {@link StepMemory#result}. */
  void train(DeviceRows rows, int count, DeviceMemory learningRate) {
    decoding.decode(rows, count, memory.input.address());
    forward(count);
    judge(rows, count, memory.delta(lastLayer(), count).address());
    device.aside(
        () -> {
          sum(count);
          guard(learningRate);
        });
    backward(count);
    device.join();
    update();
  }

  /** Queues the loss of the first rows, of which nothing is learned. */
  void evaluate(DeviceRows rows, int count) {
    decoding.decode(rows, count, memory.input.address());
    forward(count);
    judge(rows, count, 0);
    sum(count);
  }

  private int lastLayer() {
    return shape.layers().size() - 1;
  }

  /** Queues the logits of what is in {@link StepMemory#input}. */
  void forward(int rows) {
    for (int l = 0; l <= lastLayer(); l++) {
      Matrix z = memory.output(l, rows);
      device.multiply(memory.weights(l), true, memory.inputOf(l, rows), false, z);
      device.launch(
          Kernel.ADD_BIAS,
          (long) z.rows() * rows,
          z.address(),
          memory.bias(l),
          z.rows(),
          l < lastLayer() ? 1 : 0);
    }
  }

  private void judge(DeviceRows rows, int count, long delta) {
    device.launch(
        Kernel.OBJECTIVE,
        count,
        memory.logits().address(),
        rows.targets(),
        rows.labels(),
        rows.weights(),
        delta,
        memory.rowSums.address(),
        shape.classes(),
        doubleToRawLongBits(objective.temperature()),
        doubleToRawLongBits(objective.hardWeight()),
        doubleToRawLongBits(objective.logitScale()),
        doubleToRawLongBits(objective.hardTemperature()),
        doubleToRawLongBits((1 - objective.hardWeight()) * objective.sharp()),
        doubleToRawLongBits(
            objective.clip() * Math.max(objective.temperature(), objective.hardTemperature())));
  }

  private void sum(int count) {
    device.launch(
        Kernel.SUM_ROWS, Results.SUMS, memory.rowSums.address(), memory.result.address(), count);
  }

  private void guard(DeviceMemory learningRate) {
    device.launch(
        Kernel.GUARD,
        1,
        memory.result.address(),
        memory.control.address(),
        learningRate.address(),
        doubleToRawLongBits(rates.decay()),
        doubleToRawLongBits(rates.correctedBeta1()),
        doubleToRawLongBits(rates.second()));
  }

  private void backward(int rows) {
    int chunks = StepMemory.chunks(rows);
    int units = shape.units();
    int at = units;
    for (int l = lastLayer(); l >= 0; l--) {
      Matrix delta = memory.delta(l, rows);
      at -= delta.rows();
      device.launch(
          Kernel.MASK_AND_SUM,
          (long) delta.rows() * chunks,
          delta.address(),
          l < lastLayer() ? memory.output(l, rows).address() : 0,
          memory.unitSums.address(),
          delta.rows(),
          rows,
          units,
          at);
      Matrix below = memory.inputOf(l, rows);
      Matrix gradient = memory.weightGradient(l);
      if (l > 0) {
        device.aside(() -> device.multiply(below, false, delta, true, gradient));
        device.multiply(memory.weights(l), false, delta, false, memory.delta(l - 1, rows));
      } else {
        device.multiply(below, false, delta, true, gradient);
      }
    }
    device.launch(
        Kernel.BIAS_GRADIENT,
        units,
        memory.unitSums.address(),
        memory.biasPlaces.address(),
        memory.gradient.address(),
        chunks);
  }

  private void update() {
    device.launch(
        rates.kernel(),
        shape.parameters(),
        memory.parameters.address(),
        memory.gradient.address(),
        memory.state.address(),
        memory.control.address(),
        memory.ends.address(),
        shape.layers().size(),
        doubleToRawLongBits(outputFactor),
        doubleToRawLongBits(rates.first()),
        doubleToRawLongBits(rates.second()),
        doubleToRawLongBits(rates.epsilon()));
  }

  /** Queues which units of hidden layers gave anything but 0; into {@link StepMemory#alive}. */
  void alive(int rows) {
    long into = memory.alive.address();
    for (int l = 0; l < lastLayer(); l++) {
      Matrix h = memory.output(l, rows);
      device.launch(Kernel.ALIVE, h.rows(), h.address(), into, rows);
      into += (long) h.rows() * Integer.BYTES;
    }
  }
}
