package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.FloatMatrix;
import io.streamdistill.engine.objective.Objective;
import java.nio.FloatBuffer;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains L dense ReLU layers in 3L-1 matrix products, where {@code MultiLayerNetwork.fit} needs
 * half as many again.
 *
 * <p>With {@code h_0 = x}, and all matrices (rows, units):
 *
 * <pre>
 *   forward    z_l = h_(l-1) W_l + b_l            h_l = max(z_l, 0)
 *   backward   d_L = dLoss/dz_L                   d_(l-1) = d_l W_l^T where h_(l-1) > 0
 *   gradient   dLoss/dW_l = h_(l-1)^T d_l         dLoss/db_l = column sums of d_l
 * </pre>
 *
 * <p>Works on the network's own parameters, gradients and optimizer state, so that everything else
 * that DL4J does with a network keeps working.
 */
final class LeanStep implements Step {

  private final Objective objective;
  private final List<DenseStack.Layer> layers;
  private final FloatBuffer parameters;
  private final FloatBuffer gradients;
  private final @Nullable FusedUpdate update; // null: plain SGD
  private final FusedUpdate.Rates rates;
  private final Columns columns;
  private final float[][] biasGradients; // per layer, (out)
  private final LeanBatch whole;
  private LeanBatch batch; // views for the latest number of rows
  private INDArray input; // (rows, features), the latest

  /** The network must be one that {@link DenseStack} describes. */
  LeanStep(NetworkState state, Objective objective, int batchSize, float outputFactor) {
    this.objective = objective;
    layers = DenseStack.of(state.network()).layers();
    rates = new FusedUpdate.Rates(DenseStack.weightDecay(state.network()), outputFactor);
    parameters = NativeFloats.of(state.network().params());
    gradients = NativeFloats.of(state.network().getFlattenedGradients());
    update = update(state);
    columns = new Columns(batchSize);
    biasGradients = new float[layers.size()][];
    for (int l = 0; l < layers.size(); l++) {
      biasGradients[l] = new float[layers.get(l).out()];
    }
    whole = LeanBatch.allocate(batchSize, layers);
    batch = whole;
    input = state.network().params(); // until there is one
  }

  private @Nullable FusedUpdate update(NetworkState state) {
    BaseLayer first = (BaseLayer) state.network().getLayer(0).conf().getLayer();
    INDArray array = state.optimizerArray();
    return array == null
        ? null
        : FusedUpdate.of(
            first.getIUpdater(),
            rates,
            Nd4j.factory().blas().getMaxThreads(),
            layers,
            new FusedUpdate.Memory(parameters, gradients, NativeFloats.of(array)));
  }

  @Override
  public String label() {
    return "lean";
  }

  @Override
  public BatchLoss train(DecodedRows records, int rows, double learningRate, int iteration) {
    select(records, rows);
    forward();
    FloatMatrix delta = FloatMatrix.columnMajor(batch.delta(layers.size() - 1).floats(), rows);
    BatchLoss loss = objective.valueAndGradient(logits(), records.targets(), rows, delta, 1);
    if (!loss.isFinite()) {
      return loss;
    }
    backward();
    if (update == null) {
      descend((float) learningRate);
    } else {
      gradients();
      update.apply((float) learningRate, iteration);
    }
    return loss;
  }

  @Override
  public BatchLoss evaluate(DecodedRows records, int rows) {
    select(records, rows);
    forward();
    return objective.value(logits(), records.targets(), rows);
  }

  @Override
  public double deadUnits() {
    double largest = 0;
    for (int l = 0; l < layers.size() - 1; l++) {
      int dead = columns.zeros(batch.output(l).bits(), batch.rows(), layers.get(l).out());
      largest = Math.max(largest, (double) dead / layers.get(l).out());
    }
    return largest;
  }

  private void select(DecodedRows records, int rows) {
    input = records.head(rows);
    if (rows == whole.rows()) {
      batch = whole;
    } else if (rows != batch.rows()) {
      batch = whole.head(rows);
    }
  }

  /** What layer {@code l} reads, (rows, in). */
  private INDArray inputOf(int l) {
    return l == 0 ? input : batch.output(l - 1).array();
  }

  private FloatMatrix logits() {
    return FloatMatrix.columnMajor(batch.output(layers.size() - 1).floats(), batch.rows());
  }

  private void forward() {
    int rows = batch.rows();
    for (int l = 0; l < layers.size(); l++) {
      DenseStack.Layer layer = layers.get(l);
      LeanBatch.Matrix z = batch.output(l);
      Nd4j.gemm(inputOf(l), layer.weights(), z.array(), false, false, 1, 0);
      if (l < layers.size() - 1) {
        columns.addBiasAndRectify(z.floats(), rows, layer.out(), parameters, layer.biasAt());
      } else {
        columns.addBias(z.floats(), rows, layer.out(), parameters, layer.biasAt());
      }
    }
  }

  private void backward() {
    int rows = batch.rows();
    for (int l = layers.size() - 1; l >= 0; l--) {
      DenseStack.Layer layer = layers.get(l);
      LeanBatch.Matrix delta = batch.delta(l);
      columns.sum(delta.floats(), rows, layer.out(), biasGradients[l]);
      if (l > 0) {
        LeanBatch.Matrix below = batch.delta(l - 1);
        Nd4j.gemm(delta.array(), layer.weights(), below.array(), false, true, 1, 0);
        columns.maskByActivation(below.bits(), batch.output(l - 1).bits(), rows, layer.in());
      }
    }
  }

  /** Plain SGD inside the gemm, {@code W = kept W - lr h^T d}: no gradient is ever stored. */
  private void descend(float learningRate) {
    double kept = 1 - learningRate * rates.weightDecay();
    for (int l = 0; l < layers.size(); l++) {
      DenseStack.Layer layer = layers.get(l);
      INDArray delta = batch.delta(l).array();
      float rate = l == layers.size() - 1 ? learningRate * rates.outputFactor() : learningRate;
      Nd4j.gemm(inputOf(l), delta, layer.weights(), true, false, -rate, kept);
      for (int u = 0; u < layer.out(); u++) {
        int at = layer.biasAt() + u;
        parameters.put(at, parameters.get(at) - rate * biasGradients[l][u]);
      }
    }
  }

  private void gradients() {
    for (int l = 0; l < layers.size(); l++) {
      DenseStack.Layer layer = layers.get(l);
      INDArray delta = batch.delta(l).array();
      Nd4j.gemm(inputOf(l), delta, layer.weightGradient(), true, false, 1, 0);
      gradients.put(layer.biasAt(), biasGradients[l]);
    }
  }
}
