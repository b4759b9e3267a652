package io.streamdistill.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.TrainableStudentContract;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class NetworkPlanTest {

  static List<OptimizerConfig> optimizers() {
    return TrainableStudentContract.optimizers();
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void denseReluStackTakesTheLeanStep(OptimizerConfig optimizer) {
    assertThat(label(Nets.dense(6, List.of(5, 4), 3, optimizer, 1))).isEqualTo("lean");
    assertThat(label(Nets.dense(6, List.of(), 3, optimizer, 1))).isEqualTo("lean");
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void denseReluStackFromJsonTakesTheLeanStep(OptimizerConfig optimizer) {
    assertThat(label(fromJson(hidden -> hidden, optimizer))).isEqualTo("lean");
  }

  @ParameterizedTest
  @MethodSource("io.streamdistill.engine.TrainableStudentContract#decayingOptimizers")
  void weightDecayOfAllLayersTakesTheLeanStep(OptimizerConfig optimizer) {
    assertThat(label(Nets.dense(6, List.of(5, 4), 3, optimizer, 1))).isEqualTo("lean");
    assertThat(label(fromJson(NetworkPlanTest::decaying, optimizer)))
        .as("the optimizer's replaces the JSON's")
        .isEqualTo("lean");
  }

  @Test
  void whateverTheLeanStepDoesNotKnowTakesTheOneOfDl4j() {
    OptimizerConfig adam = OptimizerConfig.adam();
    assertThat(label(fromJson(h -> h.activation(Activation.TANH), adam))).isEqualTo("dl4j");
    assertThat(label(fromJson(h -> h.dropOut(0.5), adam))).isEqualTo("dl4j");
    assertThat(label(fromJson(h -> h.l2(1e-4), adam))).isEqualTo("dl4j");
    assertThat(label(fromJson(NetworkPlanTest::decaying, adam))).isEqualTo("dl4j");
    assertThat(label(fromJson(h -> h.hasBias(false), adam))).isEqualTo("dl4j");
  }

  @Test
  void seedFixesTheWeights() {
    OptimizerConfig sgd = OptimizerConfig.sgd();
    INDArray one = network(Nets.dense(6, List.of(5), 3, sgd, 1)).params();

    assertThat(network(Nets.dense(6, List.of(5), 3, sgd, 1)).params()).isEqualTo(one);
    assertThat(network(Nets.dense(6, List.of(5), 3, sgd, 2)).params()).isNotEqualTo(one);
  }

  @Test
  void hiddenWeightsAreHeInitialised() {
    INDArray weights =
        network(Nets.dense(400, List.of(300), 3, OptimizerConfig.adam(), 1))
            .getLayer(0)
            .getParam("W");

    double expected = Math.sqrt(2.0 / 400);
    assertThat(weights.stdNumber().doubleValue() / expected).isBetween(0.98, 1.02);
    assertThat(weights.meanNumber().doubleValue()).isBetween(-0.001, 0.001);
  }

  @Test
  void configurationOfANetworkSurvivesItsJson() {
    MultiLayerNetwork network = network(Nets.dense(6, List.of(5), 3, OptimizerConfig.adam(), 1));
    String json = network.getLayerWiseConfigurations().toJson();

    var copy = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(json));
    copy.init(network.params(), true);

    INDArray x = Nd4j.rand(4, 6);
    assertThat(copy.output(x)).isEqualTo(network.output(x));
  }

  @Test
  void jsonThatCannotBeAStudentIsRefused() {
    OptimizerConfig adam = OptimizerConfig.adam();
    String noOutput =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new DenseLayer.Builder().nIn(6).nOut(3).build())
            .layer(new LossLayer.Builder().build())
            .build()
            .toJson();

    assertThatThrownBy(() -> Nets.described(6, 3, "{", adam, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.network.dl4j");
    assertThatThrownBy(() -> Nets.described(6, 3, noOutput, adam, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("must end in an OutputLayer, got LossLayer");
    assertThatThrownBy(() -> Nets.dense(6, List.of(5, 0), 3, adam, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.network.hidden");
  }

  @Test
  void jsonOfOtherFeaturesOrClassesIsRefused() {
    String json =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new OutputLayer.Builder().nIn(6).nOut(3).build())
            .build()
            .toJson();
    OptimizerConfig adam = OptimizerConfig.adam();

    assertThatThrownBy(() -> Nets.described(6, 4, json, adam, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the last layer of net.json has 3 outputs, there are 4 classes");
    assertThatThrownBy(() -> Nets.described(7, 3, json, adam, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the first layer of net.json takes 6 features, an example has 7");
  }

  @Test
  void sizesAreKnownBeforeAnythingIsAllocated() {
    NetworkPlan plan = Nets.dense(6, List.of(5, 4), 3, OptimizerConfig.adam(), 1);

    assertThat(plan.parameters())
        .isEqualTo(network(plan).numParams())
        .isEqualTo(6 * 5 + 5 + 5 * 4 + 4 + 4 * 3 + 3);
    assertThat(plan.outputWidth()).isEqualTo(4);
    assertThat(plan.size().activations()).isEqualTo(6 + 5 + 4 + 3);
  }

  @Test
  void networkIsNotTrainedBehindTheBackOfItsStep() {
    MultiLayerNetwork network = network(Nets.dense(6, List.of(5), 3, OptimizerConfig.adam(), 1));

    assertThatThrownBy(() -> network.fit(Nd4j.rand(4, 6), Nd4j.rand(4, 3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("trained by its engine");
  }

  private static String label(NetworkPlan plan) {
    try (NetworkStudent student = Nets.student(plan, NetworkStudent.Steps.SUITABLE)) {
      return student.label();
    }
  }

  private static MultiLayerNetwork network(NetworkPlan plan) {
    return Nets.student(plan, NetworkStudent.Steps.SUITABLE).network();
  }

  private static DenseLayer.Builder decaying(DenseLayer.Builder layer) {
    layer.weightDecay(0.2, true); // returns a less specific builder
    return layer;
  }

  private static NetworkPlan fromJson(
      UnaryOperator<DenseLayer.Builder> hidden, OptimizerConfig optimizer) {
    var layer = new DenseLayer.Builder().nIn(6).nOut(5).activation(Activation.RELU);
    String json =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(hidden.apply(layer).build())
            .layer(new OutputLayer.Builder().nIn(5).nOut(3).activation(Activation.SOFTMAX).build())
            .build()
            .toJson();
    return Nets.described(6, 3, json, optimizer, 1);
  }
}
