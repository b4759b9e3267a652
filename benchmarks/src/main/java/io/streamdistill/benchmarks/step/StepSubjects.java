package io.streamdistill.benchmarks.step;

import io.streamdistill.student.objective.BatchLoss;
import io.streamdistill.student.objective.ObjectiveConfig;
import io.streamdistill.student.step.StudentNetworks;
import io.streamdistill.student.step.StudentStep;
import io.streamdistill.student.step.StudentSteps;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** What is measured against the floor, each on the same batch again and again. */
public final class StepSubjects {

  private static final ObjectiveConfig OBJECTIVE = new ObjectiveConfig(4, 0.1);
  private static final long SEED = 1;

  private StepSubjects() {}

  /** A step of ours, its batch filled in. */
  public static StudentStep step(StepShape shape, StepOptimizer optimizer) {
    StudentStep step =
        StudentSteps.forNetwork(
            StudentNetworks.dense(
                shape.inputs(), shape.hidden(), shape.classes(), optimizer.ours(), SEED),
            OBJECTIVE,
            shape.batch());
    StepData.of(shape).copyTo(step);
    return step;
  }

  /** Takes steps, and stops the benchmark when one came to nothing: that would cost less time. */
  static Runnable training(StudentStep step) {
    return () -> {
      BatchLoss loss = step.train(step.batchSize(), StepOptimizer.LEARNING_RATE);
      if (!loss.isFinite()) {
        throw new IllegalStateException("the loss is not finite: " + loss);
      }
    };
  }

  /**
   * {@code MultiLayerNetwork.fit} with softmax cross-entropy, which has less to do than our
   * objective.
   */
  public static Runnable fit(StepShape shape, StepOptimizer optimizer) {
    MultiLayerNetwork network = plainNetwork(shape, optimizer);
    StepData data = StepData.of(shape);
    INDArray features =
        Nd4j.create(data.features(), new long[] {shape.batch(), shape.inputs()}, 'c');
    INDArray labels = Nd4j.create(data.targets(), new long[] {shape.batch(), shape.classes()}, 'c');
    return () -> network.fit(features, labels);
  }

  private static MultiLayerNetwork plainNetwork(StepShape shape, StepOptimizer optimizer) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder()
            .seed(SEED)
            .dataType(DataType.FLOAT)
            .weightInit(WeightInit.RELU)
            .activation(Activation.RELU)
            .updater(optimizer.dl4j())
            .list();
    int in = shape.inputs();
    for (int units : shape.hidden()) {
      layers.layer(new DenseLayer.Builder().nIn(in).nOut(units).build());
      in = units;
    }
    layers.layer(
        new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
            .nIn(in)
            .nOut(shape.classes())
            .activation(Activation.SOFTMAX)
            .build());
    MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
    network.init();
    return network;
  }
}
