package io.streamdistill.student.step;

import io.streamdistill.student.objective.BatchLoss;
import io.streamdistill.student.objective.DistillationObjective;
import io.streamdistill.student.objective.FloatMatrix;
import io.streamdistill.student.objective.ObjectiveConfig;
import io.streamdistill.student.objective.TargetBatch;
import java.nio.FloatBuffer;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
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
final class LeanStep implements StudentStep {

  private final MultiLayerNetwork network;
  private final DistillationObjective objective;
  private final TargetBatch targets;
  private final List<DenseStack.Layer> layers;
  private final InputBatch input;
  private final FloatBuffer parameters;
  private final FloatBuffer gradients;
  private final @Nullable FusedUpdate update; // null: plain SGD
  private final double weightDecay;
  private final float outputFactor; // of the last layer's learning rate
  private final Columns columns;
  private final float[][] biasGradients; // per layer, (out)
  private final LeanBatch whole;
  private LeanBatch batch; // views for the latest number of rows
  private final NetworkState state;
  private boolean closed;

  /** The network must be one that {@link DenseStack} describes. */
  LeanStep(MultiLayerNetwork network, ObjectiveConfig objective, int batchSize) {
    this.network = network;
    state = new NetworkState(network);
    layers = DenseStack.of(network).layers();
    weightDecay = DenseStack.weightDecay(network);
    outputFactor = OutputScale.rateFactor(network, objective.logitScale());
    this.objective = new DistillationObjective(objective, classes());
    targets = new TargetBatch(batchSize, classes());
    input = new InputBatch(batchSize, features());
    parameters = NativeFloats.of(network.params());
    gradients = NativeFloats.of(network.getFlattenedGradients());
    update = update();
    columns = new Columns(batchSize);
    biasGradients = new float[layers.size()][];
    for (int l = 0; l < layers.size(); l++) {
      biasGradients[l] = new float[layers.get(l).out()];
    }
    whole = LeanBatch.allocate(input.array(), batchSize, layers);
    batch = whole;
  }

  private @Nullable FusedUpdate update() {
    BaseLayer first = (BaseLayer) network.getLayer(0).conf().getLayer();
    INDArray array = state.optimizerArray();
    return array == null
        ? null
        : FusedUpdate.of(
            first.getIUpdater(),
            weightDecay,
            outputFactor,
            Nd4j.factory().blas().getMaxThreads(),
            layers,
            parameters,
            gradients,
            NativeFloats.of(array));
  }

  @Override
  public BatchLoss train(int rows, double learningRate) {
    select(rows);
    if (!input.isFinite(rows)) {
      return BatchLoss.notFinite(rows);
    }
    forward();
    FloatMatrix delta = FloatMatrix.columnMajor(batch.delta(layers.size() - 1).floats(), rows);
    BatchLoss loss = objective.valueAndGradient(logits(), targets, rows, delta, 1);
    if (!loss.isFinite()) {
      return loss;
    }
    backward();
    if (update == null) {
      descend((float) learningRate);
    } else {
      gradients();
      update.apply((float) learningRate, iteration());
    }
    state.advance();
    return loss;
  }

  @Override
  public BatchLoss evaluate(int rows) {
    select(rows);
    if (!input.isFinite(rows)) {
      return BatchLoss.notFinite(rows);
    }
    forward();
    return objective.value(logits(), targets, rows);
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

  private void select(int rows) {
    if (closed) {
      throw new IllegalStateException("this step is closed");
    }
    if (rows < 1 || rows > batchSize()) {
      throw new IllegalArgumentException(
          "rows must be in [1, %d], got %d".formatted(batchSize(), rows));
    }
    if (rows == batchSize()) {
      batch = whole;
    } else if (rows != batch.rows()) {
      batch = whole.head(rows);
    }
  }

  private FloatMatrix logits() {
    return FloatMatrix.columnMajor(batch.output(layers.size() - 1).floats(), batch.rows());
  }

  private void forward() {
    int rows = batch.rows();
    for (int l = 0; l < layers.size(); l++) {
      DenseStack.Layer layer = layers.get(l);
      LeanBatch.Matrix z = batch.output(l);
      Nd4j.gemm(batch.inputOf(l), layer.weights(), z.array(), false, false, 1, 0);
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
    double kept = 1 - learningRate * weightDecay;
    for (int l = 0; l < layers.size(); l++) {
      DenseStack.Layer layer = layers.get(l);
      INDArray delta = batch.delta(l).array();
      float rate = l == layers.size() - 1 ? learningRate * outputFactor : learningRate;
      Nd4j.gemm(batch.inputOf(l), delta, layer.weights(), true, false, -rate, kept);
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
      Nd4j.gemm(batch.inputOf(l), delta, layer.weightGradient(), true, false, 1, 0);
      gradients.put(layer.biasAt(), biasGradients[l]);
    }
  }

  @Override
  public String label() {
    return "lean";
  }

  @Override
  public int batchSize() {
    return targets.batchSize();
  }

  @Override
  public int features() {
    return layers.get(0).in();
  }

  @Override
  public int classes() {
    return layers.get(layers.size() - 1).out();
  }

  @Override
  public FloatBuffer input() {
    return input.floats();
  }

  @Override
  public TargetBatch targets() {
    return targets;
  }

  @Override
  public MultiLayerNetwork network() {
    return network;
  }

  @Override
  public float[] parameters() {
    return state.parameters();
  }

  @Override
  public float[] optimizerState() {
    return state.optimizerState();
  }

  @Override
  public int iteration() {
    return state.iteration();
  }

  @Override
  public void restore(float[] parameters, float[] optimizerState, int iteration) {
    state.restore(parameters, optimizerState, iteration);
  }

  @Override
  public void close() {
    closed = true; // the memory goes when the collector finds it unused, never under a reader
  }
}
