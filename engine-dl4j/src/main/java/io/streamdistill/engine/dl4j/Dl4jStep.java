package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.Objective;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Trains any network of DL4J along DL4J's own path, with the objective as its loss. */
final class Dl4jStep implements Step {

  private final MultiLayerNetwork network;
  private final NetworkState state;
  private final Objective objective;
  private final ObjectiveLoss loss;
  private final INDArray noLabels; // (batch, classes); DL4J wants some, the loss has its own
  private final float outputFactor; // of the output layer's learning rate

  /** The network must end in an {@link OutputLayer} with the identity as its activation. */
  Dl4jStep(NetworkState state, Objective objective, int batchSize, float outputFactor) {
    this.state = state;
    this.network = state.network();
    this.objective = objective;
    this.outputFactor = outputFactor;
    OutputLayer output = (OutputLayer) network.getOutputLayer().conf().getLayer();
    loss = new ObjectiveLoss(objective);
    output.setLossFn(loss);
    RateFactors.keepWeightDecay(network, outputFactor);
    noLabels = NativeFloats.allocate(batchSize, output.getNOut(), 'c');
    network.initGradientsView();
  }

  @Override
  public String label() {
    return "dl4j";
  }

  @Override
  public BatchLoss train(DecodedRows records, int rows, double learningRate, int iteration) {
    NativeFloats.publish(records.array());
    loss.bind(records.targets());
    // A state of its own for every step: what dropout draws is restored with the iteration.
    Nd4j.getRandom().setSeed(seed() * 31 + iteration);
    network.setInputMiniBatchSize(rows);
    network.setInput(records.head(rows));
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
    }
    network.clearLayersStates();
    return result;
  }

  @Override
  public BatchLoss evaluate(DecodedRows records, int rows) {
    NativeFloats.publish(records.array());
    INDArray logits = network.output(records.head(rows), false);
    NativeFloats.fetch(logits);
    return objective.value(NativeFloats.matrix(logits), records.targets(), rows);
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
}
