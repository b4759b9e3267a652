package io.streamdistill.engine.dl4j;

import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.StudentSpec.Dense;
import io.streamdistill.engine.StudentSpec.Described;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/** Builds the networks of students. Their outputs are logits. */
final class StudentNetworks {

  private StudentNetworks() {}

  /** The network that a student is to have. */
  static MultiLayerConfiguration configuration(StudentSpec student) {
    if (student.network() instanceof Dense dense) {
      return dense(student, dense.hidden());
    }
    Described described = (Described) student.network();
    return fromJson(described.text(), student.optimizer(), student.seed());
  }

  /** Dense ReLU layers and a linear output, He-initialised. */
  private static MultiLayerConfiguration dense(StudentSpec student, List<Integer> hidden) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder()
            .seed(student.seed())
            .dataType(DataType.FLOAT)
            .weightInit(WeightInit.RELU)
            .updater(updater(student.optimizer()))
            .list();
    int in = student.features();
    for (int units : hidden) {
      layers.layer(
          new DenseLayer.Builder().nIn(in).nOut(units).activation(Activation.RELU).build());
      in = units;
    }
    layers.layer(
        new OutputLayer.Builder(new ObjectiveLoss())
            .nIn(in)
            .nOut(student.classes())
            .activation(Activation.IDENTITY)
            .build());
    MultiLayerConfiguration configuration = layers.build();
    for (NeuralNetConfiguration layer : configuration.getConfs()) {
      decay((BaseLayer) layer.getLayer(), student.optimizer().weightDecay());
    }
    return configuration;
  }

  /**
   * Any architecture of DL4J, from its own JSON.
   *
   * <p>The last layer must be an {@link OutputLayer}; its activation becomes the identity and its
   * loss the distillation objective. Optimizer and seed replace those in the JSON, and so does the
   * optimizer's weight decay if it is not 0; other regularisation, dropout, constraints and
   * everything else stay as they are.
   */
  private static MultiLayerConfiguration fromJson(
      String json, OptimizerConfig optimizer, long seed) {
    MultiLayerConfiguration configuration;
    try {
      configuration = MultiLayerConfiguration.fromJson(json);
    } catch (RuntimeException e) {
      throw new ConfigException(
          "student.network.dl4j is no MultiLayerConfiguration of DL4J 1.0.0-M2.1: "
              + e.getMessage(),
          e);
    }
    List<NeuralNetConfiguration> layers = configuration.getConfs();
    for (NeuralNetConfiguration layer : layers) {
      layer.setSeed(seed);
      layer.setMiniBatch(true);
      if (layer.getLayer() instanceof BaseLayer trainable) {
        trainable.setIUpdater(updater(optimizer));
        trainable.setBiasUpdater(null);
        decay(trainable, optimizer.weightDecay());
      }
    }
    if (!(layers.get(layers.size() - 1).getLayer() instanceof OutputLayer output)) {
      throw new ConfigException(
          "student.network.dl4j must end in an OutputLayer, got "
              + layers.get(layers.size() - 1).getLayer().getClass().getSimpleName());
    }
    output.setActivationFn(new ActivationIdentity());
    output.setLossFn(new ObjectiveLoss());
    configuration.setDataType(DataType.FLOAT);
    return configuration;
  }

  /** Floats of one record's flat input. */
  static long features(MultiLayerConfiguration network) {
    InputPreProcessor before = network.getInputPreProcess(0);
    Layer first = network.getConf(0).getLayer();
    if (before instanceof FeedForwardToCnnPreProcessor image) {
      return image.getInputHeight() * image.getInputWidth() * image.getNumChannels();
    }
    if (before == null && (first instanceof DenseLayer || first instanceof OutputLayer)) {
      return ((FeedForwardLayer) first).getNIn();
    }
    throw new ConfigException(
        "student.network.dl4j must take flat records: start with a DenseLayer, or set the input"
            + " type InputType.convolutionalFlat(height, width, channels)");
  }

  @SuppressWarnings("NullAway") // DL4J's getter returns null for "none"
  private static void decay(BaseLayer layer, double coefficient) {
    if (coefficient == 0) {
      return;
    }
    List<Regularization> kept = new ArrayList<>();
    if (layer.getRegularization() != null) {
      kept.addAll(layer.getRegularization());
    }
    kept.removeIf(WeightDecay.class::isInstance);
    kept.add(new WeightDecay(coefficient, true));
    layer.setRegularization(kept);
  }

  /** A network of this configuration, with the initial weights of its seed. */
  static MultiLayerNetwork initialised(MultiLayerConfiguration configuration) {
    var network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  /** The learning rate is a placeholder: every step sets its own. */
  private static IUpdater updater(OptimizerConfig optimizer) {
    if (optimizer instanceof OptimizerConfig.Nesterov nesterov) {
      return new Nesterovs(1.0, nesterov.momentum());
    } else if (optimizer instanceof OptimizerConfig.Adam adam) {
      return new Adam(1.0, adam.beta1(), adam.beta2(), adam.epsilon());
    } else {
      return new Sgd(1.0);
    }
  }
}
