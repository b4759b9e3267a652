package io.streamdistill.student.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.student.objective.ObjectiveConfig;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A small image classifier that came as DL4J's JSON, trained for hard labels elsewhere. */
final class Dl4jStepOnConvolutionsTest extends StudentStepContract {

  @Override
  StudentStep newStep(
      OptimizerConfig optimizer, ObjectiveConfig objective, int batchSize, long seed) {
    MultiLayerNetwork network = StudentNetworks.fromDl4jJson(json(0), optimizer, seed);
    OutputScale.initialise(network, objective.logitScale());
    return StudentSteps.forNetwork(network, objective, batchSize);
  }

  @Test
  void flatImagesGoIn() {
    try (StudentStep step = newStep(OptimizerConfig.adam(), 4, 1)) {
      assertThat(step.label()).isEqualTo("dl4j");
      assertThat(step.features()).isEqualTo(28 * 28);
      assertThat(step.input().capacity()).isEqualTo(4 * 28 * 28);
      assertThat(step.classes()).isEqualTo(5);
    }
  }

  @Test
  void dropoutIsRestoredWithTheIteration() {
    OptimizerConfig adam = OptimizerConfig.adam();
    try (StudentStep step = withDropout(adam);
        StudentStep other = withDropout(adam)) {
      train(step, 0, 5, adam);
      float[] parameters = step.parameters();
      float[] state = step.optimizerState();
      train(step, 5, 9, adam);

      other.restore(parameters, state, 5);
      train(other, 5, 9, adam);

      assertThat(other.parameters()).isEqualTo(step.parameters());
    }
  }

  @Test
  void dropoutDrawsAnewAtEveryStepAndNotInEvaluation() {
    try (StudentStep step = withDropout(OptimizerConfig.sgd())) {
      ToyTask.of(step, 7).fill(step, 0);

      double first = step.train(BATCH, 0).total();
      double second = step.train(BATCH, 0).total();
      double evaluated = step.evaluate(BATCH).total();

      assertThat(second).isNotEqualTo(first);
      assertThat(step.evaluate(BATCH).total()).isEqualTo(evaluated);
    }
  }

  private static StudentStep withDropout(OptimizerConfig optimizer) {
    return StudentSteps.forNetwork(
        StudentNetworks.fromDl4jJson(json(0.5), optimizer, 1), OBJECTIVE, BATCH);
  }

  private static String json(double retain) {
    return new NeuralNetConfiguration.Builder()
        .weightInit(WeightInit.RELU)
        .activation(Activation.RELU)
        .list()
        .layer(new ConvolutionLayer.Builder(5, 5).stride(2, 2).nOut(4).build())
        .layer(
            new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                .kernelSize(2, 2)
                .stride(2, 2)
                .build())
        .layer(new DenseLayer.Builder().nOut(16).dropOut(retain).build())
        .layer(
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nOut(5)
                .activation(Activation.SOFTMAX)
                .build())
        .setInputType(InputType.convolutionalFlat(28, 28, 1))
        .build()
        .toJson();
  }
}
