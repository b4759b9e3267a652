package io.streamdistill.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.ToyTask;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainableStudentContract;
import io.streamdistill.engine.TrainingSetup;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A small image classifier that came as DL4J's JSON, trained for hard labels elsewhere. */
final class Dl4jStepOnConvolutionsTest extends TrainableStudentContract {

  @BeforeAll
  static void fixThreads() {
    NativeThreads.configure(1);
  }

  @Override
  protected int features() {
    return 28 * 28;
  }

  @Override
  protected TrainableStudent newStudent(OptimizerConfig optimizer, TrainingSetup setup, long seed) {
    TrainableStudent student = plan(0, optimizer, seed).build(setup);
    assertThat(student.label()).isEqualTo("dl4j");
    return student;
  }

  private static NetworkPlan plan(double retain, OptimizerConfig optimizer, long seed) {
    return Nets.described(28 * 28, CLASSES, json(retain), optimizer, seed);
  }

  @Test
  void dropoutIsRestoredWithTheSteps() {
    OptimizerConfig adam = OptimizerConfig.adam();
    try (Pupil pupil = withDropout(adam);
        Pupil other = withDropout(adam)) {
      train(pupil, 0, 5, adam);
      StudentSnapshot saved = pupil.snapshot();
      train(pupil, 5, 9, adam);

      other.restore(saved);
      train(other, 5, 9, adam);

      assertThat(other.weights()).isEqualTo(pupil.weights());
    }
  }

  @Test
  void dropoutDrawsAnewAtEveryStepAndNotInEvaluation() {
    try (Pupil pupil = withDropout(OptimizerConfig.sgd())) {
      ToyTask.of(pupil, 7).fill(pupil, 0);

      double first = pupil.train(BATCH, 0).total();
      double second = pupil.train(BATCH, 0).total();
      double evaluated = pupil.evaluate(BATCH).total();

      assertThat(second).isNotEqualTo(first);
      assertThat(pupil.evaluate(BATCH).total()).isEqualTo(evaluated);
    }
  }

  private static Pupil withDropout(OptimizerConfig optimizer) {
    return Nets.pupil(plan(0.5, optimizer, 1), NetworkStudent.Steps.SUITABLE);
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
