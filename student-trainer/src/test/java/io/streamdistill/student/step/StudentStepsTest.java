package io.streamdistill.student.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.student.objective.ObjectiveConfig;
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

final class StudentStepsTest {

  static List<OptimizerConfig> optimizers() {
    return StudentStepContract.optimizers();
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void denseReluStackTakesTheLeanStep(OptimizerConfig optimizer) {
    assertThat(label(StudentNetworks.dense(6, List.of(5, 4), 3, optimizer, 1))).isEqualTo("lean");
    assertThat(label(StudentNetworks.dense(6, List.of(), 3, optimizer, 1))).isEqualTo("lean");
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void denseReluStackFromJsonTakesTheLeanStep(OptimizerConfig optimizer) {
    assertThat(label(fromJson(hidden -> hidden, optimizer))).isEqualTo("lean");
  }

  @ParameterizedTest
  @MethodSource("io.streamdistill.student.step.StudentStepContract#decayingOptimizers")
  void weightDecayOfAllLayersTakesTheLeanStep(OptimizerConfig optimizer) {
    assertThat(label(StudentNetworks.dense(6, List.of(5, 4), 3, optimizer, 1))).isEqualTo("lean");
    assertThat(label(fromJson(StudentStepsTest::decaying, optimizer)))
        .as("the optimizer's replaces the JSON's")
        .isEqualTo("lean");
  }

  @Test
  void whateverTheLeanStepDoesNotKnowTakesTheOneOfDl4j() {
    OptimizerConfig adam = OptimizerConfig.adam();
    assertThat(label(fromJson(h -> h.activation(Activation.TANH), adam))).isEqualTo("dl4j");
    assertThat(label(fromJson(h -> h.dropOut(0.5), adam))).isEqualTo("dl4j");
    assertThat(label(fromJson(h -> h.l2(1e-4), adam))).isEqualTo("dl4j");
    assertThat(label(fromJson(StudentStepsTest::decaying, adam))).isEqualTo("dl4j");
    assertThat(label(fromJson(h -> h.hasBias(false), adam))).isEqualTo("dl4j");
    assertThat(label(fromJson(h -> h.hasLayerNorm(true), adam))).isEqualTo("dl4j");
  }

  @Test
  void seedFixesTheWeights() {
    OptimizerConfig sgd = OptimizerConfig.sgd();
    INDArray one = StudentNetworks.dense(6, List.of(5), 3, sgd, 1).params();

    assertThat(StudentNetworks.dense(6, List.of(5), 3, sgd, 1).params()).isEqualTo(one);
    assertThat(StudentNetworks.dense(6, List.of(5), 3, sgd, 2).params()).isNotEqualTo(one);
  }

  @Test
  void hiddenWeightsAreHeInitialised() {
    INDArray weights =
        StudentNetworks.dense(400, List.of(300), 3, OptimizerConfig.adam(), 1)
            .getLayer(0)
            .getParam("W");

    double expected = Math.sqrt(2.0 / 400);
    assertThat(weights.stdNumber().doubleValue() / expected).isBetween(0.98, 1.02);
    assertThat(weights.meanNumber().doubleValue()).isBetween(-0.001, 0.001);
  }

  @Test
  void configurationOfANetworkSurvivesItsJson() {
    MultiLayerNetwork network = StudentNetworks.dense(6, List.of(5), 3, OptimizerConfig.adam(), 1);
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

    assertThatThrownBy(() -> StudentNetworks.fromDl4jJson("{", adam, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.dl4j-json");
    assertThatThrownBy(() -> StudentNetworks.fromDl4jJson(noOutput, adam, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("must end in an OutputLayer, got LossLayer");
    assertThatThrownBy(() -> StudentNetworks.dense(6, List.of(5, 0), 3, adam, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.network.hidden");
  }

  @Test
  void networkIsNotTrainedBehindTheBackOfItsStep() {
    MultiLayerNetwork network = StudentNetworks.dense(6, List.of(5), 3, OptimizerConfig.adam(), 1);

    assertThatThrownBy(() -> network.fit(Nd4j.rand(4, 6), Nd4j.rand(4, 3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("StudentSteps.forNetwork");
  }

  private static String label(MultiLayerNetwork network) {
    try (StudentStep step = StudentSteps.forNetwork(network, ObjectiveConfig.DEFAULT, 4)) {
      return step.label();
    }
  }

  private static DenseLayer.Builder decaying(DenseLayer.Builder layer) {
    layer.weightDecay(0.2, true); // returns a less specific builder
    return layer;
  }

  private static MultiLayerNetwork fromJson(
      UnaryOperator<DenseLayer.Builder> hidden, OptimizerConfig optimizer) {
    var layer = new DenseLayer.Builder().nIn(6).nOut(5).activation(Activation.RELU);
    String json =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(hidden.apply(layer).build())
            .layer(new OutputLayer.Builder().nIn(5).nOut(3).activation(Activation.SOFTMAX).build())
            .build()
            .toJson();
    return StudentNetworks.fromDl4jJson(json, optimizer, 1);
  }
}
