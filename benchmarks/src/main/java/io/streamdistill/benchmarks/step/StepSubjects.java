package io.streamdistill.benchmarks.step;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.StudentEngine;
import io.streamdistill.engine.StudentEngines;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.engine.objective.ObjectiveConfig;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.util.List;
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

  static final ObjectiveConfig OBJECTIVE = new DistillationConfig(4, 0.1);
  private static final long SEED = 1;

  private StepSubjects() {}

  /** Makes this process ready for them. */
  public static void prepare(int threads) {
    StudentSpec any = spec(StepShape.small(1), StepOptimizer.SGD);
    String unused = engine(any).prepare(threads);
  }

  private static StudentEngine engine(StudentSpec student) {
    return StudentEngines.find().choose(StudentEngines.AUTO, student);
  }

  private static StudentSpec spec(StepShape shape, StepOptimizer optimizer) {
    return new StudentSpec(
        shape.inputs(),
        shape.classes(),
        new StudentSpec.Dense(shape.hidden()),
        optimizer.ours(),
        SEED);
  }

  /** A student of ours, its batch filled in. */
  public static StepSubject student(StepShape shape, StepOptimizer optimizer) {
    StudentSpec spec = spec(shape, optimizer);
    TrainableStudent student =
        engine(spec)
            .plan(spec)
            .build(
                new TrainingSetup(
                    new FeatureContract(FeatureType.F32, List.of(shape.inputs()), 1, 0),
                    null,
                    OBJECTIVE,
                    shape.batch(),
                    1));
    RowBatch batch = student.newBatch();
    StepData.of(shape).copyTo(batch);
    return new StepSubject(student, batch);
  }

  /** Takes steps, and stops the benchmark when one came to nothing: that would cost less time. */
  static Runnable training(StepSubject subject) {
    return () -> {
      BatchLoss loss = subject.train();
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
