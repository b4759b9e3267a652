package io.streamdistill.student.step;

import io.streamdistill.config.ConfigException;
import io.streamdistill.student.objective.BatchLoss;
import io.streamdistill.student.objective.DistillationObjective;
import io.streamdistill.student.objective.ObjectiveConfig;
import io.streamdistill.student.objective.TargetBatch;
import java.nio.FloatBuffer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Trains any network of DL4J along DL4J's own path, with the distillation objective as its loss.
 */
final class Dl4jStep implements StudentStep {

  private final MultiLayerNetwork network;
  private final DistillationObjective objective;
  private final DistillationLoss loss;
  private final TargetBatch targets;
  private final InputBatch input;
  private final INDArray noLabels; // (batch, classes); DL4J wants some, the loss has its own
  private final NetworkState state;
  private final float outputFactor; // of the output layer's learning rate
  private boolean closed;

  /** The network must end in an {@link OutputLayer} with the identity as its activation. */
  Dl4jStep(MultiLayerNetwork network, ObjectiveConfig objective, int batchSize) {
    this.network = network;
    state = new NetworkState(network);
    OutputLayer output = (OutputLayer) network.getOutputLayer().conf().getLayer();
    int classes = Math.toIntExact(output.getNOut());
    this.objective = new DistillationObjective(objective, classes);
    targets = new TargetBatch(batchSize, classes);
    loss = new DistillationLoss(this.objective, targets);
    output.setLossFn(loss);
    outputFactor = OutputScale.rateFactor(network, objective.logitScale());
    OutputScale.keepWeightDecay(network, outputFactor);
    input = new InputBatch(batchSize, features(network));
    noLabels = NativeFloats.allocate(batchSize, classes, 'c');
    network.initGradientsView();
  }

  @Override
  public BatchLoss train(int rows, double learningRate) {
    begin(rows);
    if (!input.isFinite(rows)) {
      return BatchLoss.notFinite(rows);
    }
    NativeFloats.publish(input.array());
    int iteration = iteration();
    // A state of its own for every step: what dropout draws is restored with the iteration.
    Nd4j.getRandom().setSeed(seed() * 31 + iteration);
    network.setInputMiniBatchSize(rows);
    network.setInput(input.head(rows));
    network.setLabels(NativeFloats.head(noLabels, rows, noLabels.size(1)));
    network.computeGradientAndScore();
    BatchLoss result = loss.last();
    if (result.isFinite()) {
      int epoch = network.getEpochCount();
      set(learningRate);
      state
          .updater()
          .update(
              network,
              network.gradient(),
              iteration,
              epoch,
              rows,
              LayerWorkspaceMgr.noWorkspaces());
      scaleOutputUpdate();
      INDArray parameters = network.params();
      parameters.subi(network.getFlattenedGradients().reshape(parameters.shape()));
      network.applyConstraints(iteration, epoch);
      state.advance();
    }
    network.clearLayersStates();
    return result;
  }

  @Override
  public BatchLoss evaluate(int rows) {
    begin(rows);
    if (!input.isFinite(rows)) {
      return BatchLoss.notFinite(rows);
    }
    NativeFloats.publish(input.array());
    INDArray logits = network.output(input.head(rows), false);
    NativeFloats.fetch(logits);
    return objective.value(NativeFloats.matrix(logits), targets, rows);
  }

  /** Another rate in the layer itself would give it a place of its own in the updater's state. */
  private void scaleOutputUpdate() {
    if (outputFactor != 1) {
      INDArray updates = network.getFlattenedGradients(); // (1, parameters)
      long from = updates.length() - network.getOutputLayer().numParams();
      updates
          .reshape(updates.length())
          .get(NDArrayIndex.interval(from, updates.length()))
          .muli(outputFactor);
    }
  }

  private void begin(int rows) {
    if (closed) {
      throw new IllegalStateException("this step is closed");
    }
    if (rows < 1 || rows > batchSize()) {
      throw new IllegalArgumentException(
          "rows must be in [1, %d], got %d".formatted(batchSize(), rows));
    }
  }

  /** Not known: DL4J keeps no activations. What dies so still shows in the loss. */
  @Override
  public double deadUnits() {
    return 0;
  }

  /** In place: {@code network.setLearningRate} would build a new updater at every step. */
  private void set(double learningRate) {
    for (NeuralNetConfiguration layer : network.getLayerWiseConfigurations().getConfs()) {
      if (layer.getLayer() instanceof BaseLayer trainable) {
        trainable.getIUpdater().setLrAndSchedule(learningRate, null);
      }
    }
  }

  private long seed() {
    return network.getDefaultConfiguration().getSeed();
  }

  /** Floats of one record's flat input. */
  private static int features(MultiLayerNetwork network) {
    InputPreProcessor first = network.getLayerWiseConfigurations().getInputPreProcess(0);
    if (first instanceof FeedForwardToCnnPreProcessor image) {
      return Math.toIntExact(
          image.getInputHeight() * image.getInputWidth() * image.getNumChannels());
    }
    if (first == null && network.getLayer(0).conf().getLayer() instanceof DenseLayer dense) {
      return Math.toIntExact(dense.getNIn());
    }
    if (first == null && network.getLayer(0).conf().getLayer() instanceof OutputLayer output) {
      return Math.toIntExact(output.getNIn());
    }
    throw new ConfigException(
        "student.dl4j-json must take flat records: start with a DenseLayer, or set the input type"
            + " InputType.convolutionalFlat(height, width, channels)");
  }

  @Override
  public String label() {
    return "dl4j";
  }

  @Override
  public int batchSize() {
    return targets.batchSize();
  }

  @Override
  public int features() {
    return input.features();
  }

  @Override
  public int classes() {
    return targets.classes();
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
