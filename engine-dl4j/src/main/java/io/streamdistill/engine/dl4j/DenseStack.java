package io.streamdistill.engine.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.FixedSchedule;

/** Views of a network that is nothing but dense ReLU layers and a linear output. */
final class DenseStack {

  /**
   * One layer.
   *
   * @param weights (in, out), 'f' order, a view of the network's parameters
   * @param weightGradient (in, out), 'f' order, a view of the network's gradients
   * @param biasAt where the bias, (out), starts in parameters and gradients alike
   */
  record Layer(int in, int out, INDArray weights, INDArray weightGradient, int biasAt) {}

  private final List<Layer> layers;

  private DenseStack(List<Layer> layers) {
    this.layers = layers;
  }

  List<Layer> layers() {
    return layers;
  }

  /** The views; the network must {@linkplain #describes fit}. */
  static DenseStack of(MultiLayerNetwork network) {
    network.initGradientsView();
    INDArray gradients = network.getFlattenedGradients();
    gradients = gradients.reshape(gradients.length());
    List<Layer> layers = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < network.getnLayers(); i++) {
      INDArray weights = network.getLayer(i).getParam("W");
      int in = Math.toIntExact(weights.size(0));
      int out = Math.toIntExact(weights.size(1));
      int biasAt = Math.addExact(at, Math.multiplyExact(in, out));
      INDArray gradient = gradients.get(NDArrayIndex.interval(at, biasAt)).reshape('f', in, out);
      layers.add(new Layer(in, out, weights, gradient, biasAt));
      at = biasAt + out;
    }
    return new DenseStack(List.copyOf(layers));
  }

  /** Whether a network is such a stack, with one optimizer that the lean step knows. */
  static boolean describes(MultiLayerNetwork network) {
    List<NeuralNetConfiguration> layers = network.getLayerWiseConfigurations().getConfs();
    if (network.getLayerWiseConfigurations().getDataType() != DataType.FLOAT
        || !network.getLayerWiseConfigurations().getInputPreProcessors().isEmpty()
        || !(layers.get(0).getLayer() instanceof FeedForwardLayer first)) {
      return false;
    }
    for (int i = 0; i < layers.size(); i++) {
      boolean last = i == layers.size() - 1;
      boolean shape = last ? isLinearOutput(layers.get(i)) : isDenseRelu(layers.get(i));
      if (!shape || !isPlain(layers.get(i), first)) {
        return false;
      }
    }
    return first.getIUpdater() instanceof Sgd
        || first.getIUpdater() instanceof Adam
        || (first.getIUpdater() instanceof Nesterovs nesterovs
            && nesterovs.equals( // no schedules
                new Nesterovs(nesterovs.getLearningRate(), nesterovs.getMomentum())));
  }

  private static boolean isDenseRelu(NeuralNetConfiguration configuration) {
    return configuration.getLayer().getClass() == DenseLayer.class
        && configuration.getLayer() instanceof DenseLayer dense
        && dense.isHasBias()
        && !dense.isHasLayerNorm()
        && dense.getActivationFn().getClass() == ActivationReLU.class;
  }

  private static boolean isLinearOutput(NeuralNetConfiguration configuration) {
    return configuration.getLayer().getClass() == OutputLayer.class
        && configuration.getLayer() instanceof BaseOutputLayer output
        && output.isHasBias()
        && output.getActivationFn().getClass() == ActivationIdentity.class;
  }

  /** Decoupled weight decay of every layer's weights; 0 if there is none. */
  static double weightDecay(MultiLayerNetwork network) {
    return weightDecay((BaseLayer) network.getLayer(0).conf().getLayer());
  }

  /** The coefficient; NaN if the layer has other regularisation than plain weight decay. */
  @SuppressWarnings("NullAway") // DL4J's getters return null for "none"
  private static double weightDecay(BaseLayer layer) {
    List<Regularization> all = layer.getRegularization();
    if (isEmpty(all)) {
      return 0;
    }
    return all.size() == 1
            && all.get(0) instanceof WeightDecay decay
            && decay.isApplyLR()
            && decay.getCoeff() instanceof FixedSchedule coefficient
        ? coefficient.getValue()
        : Double.NaN;
  }

  private static boolean isPlain(NeuralNetConfiguration configuration, FeedForwardLayer first) {
    IUpdater updater = first.getIUpdater();
    FeedForwardLayer layer = (FeedForwardLayer) configuration.getLayer();
    return configuration.isMiniBatch()
        && configuration.isMinimize()
        && updater.equals(layer.getIUpdater())
        && (layer.getBiasUpdater() == null || updater.equals(layer.getBiasUpdater()))
        && weightDecay(layer) == weightDecay(first) // never of NaN
        && isEmpty(layer.getRegularizationBias())
        && isEmpty(layer.getConstraints())
        && layer.getIDropout() == null
        && layer.getWeightNoise() == null
        && (layer.getGradientNormalization() == null
            || layer.getGradientNormalization() == GradientNormalization.None);
  }

  @SuppressWarnings("NullAway") // DL4J's getters return null for "none"
  private static boolean isEmpty(List<?> list) {
    return list == null || list.isEmpty();
  }
}
