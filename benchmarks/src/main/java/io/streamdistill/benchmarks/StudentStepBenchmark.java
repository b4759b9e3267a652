package io.streamdistill.benchmarks;

import io.streamdistill.student.objective.BatchLoss;
import io.streamdistill.student.objective.ObjectiveConfig;
import io.streamdistill.student.objective.TargetBatch;
import io.streamdistill.student.step.NativeThreads;
import io.streamdistill.student.step.OptimizerConfig;
import io.streamdistill.student.step.StudentNetworks;
import io.streamdistill.student.step.StudentStep;
import io.streamdistill.student.step.StudentSteps;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * One training step of the paper's student, 784-800-800-10, against its floor.
 *
 * <p>{@code floor}: the 8 matrix products that the step cannot do without, and nothing else. {@code
 * lean}: our step. {@code fit}: {@code MultiLayerNetwork.fit} with softmax cross-entropy, which has
 * less to do than our objective. Take ratios from one run, never across runs.
 *
 * <p>Needs {@code OMP_NUM_THREADS=1}; {@code -p blasThreads=n} sets the BLAS threads.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StudentStepBenchmark {

  private static final int INPUTS = 784;
  private static final int HIDDEN = 800;
  private static final int CLASSES = 10;
  private static final double LEARNING_RATE = 1e-3;

  @Param({"128", "512"})
  public int batch;

  @Param({"sgd", "nesterov", "adam"})
  public String optimizer = "";

  @Param("1")
  public int blasThreads;

  private StudentStep step;
  private MultiLayerNetwork network;
  private INDArray features; // (batch, inputs)
  private INDArray labels; // (batch, classes)
  private List<Gemm> floor;

  /** C = op(A) op(B). */
  private record Gemm(INDArray a, INDArray b, INDArray c, boolean transA, boolean transB) {}

  @SuppressWarnings("NullAway.Init") // JMH calls setUp first
  public StudentStepBenchmark() {}

  @Setup(Level.Trial)
  public void setUp() {
    NativeThreads.configure(blasThreads);
    step =
        StudentSteps.forNetwork(
            StudentNetworks.dense(INPUTS, List.of(HIDDEN, HIDDEN), CLASSES, optimizerConfig(), 1),
            new ObjectiveConfig(4, 0.1),
            batch);
    network = plainNetwork();
    features = Nd4j.create(DataType.FLOAT, new long[] {batch, INPUTS}, 'c');
    labels = Nd4j.create(DataType.FLOAT, new long[] {batch, CLASSES}, 'c');
    var random = new Random(1);
    float[] target = new float[CLASSES];
    for (int i = 0; i < batch; i++) {
      for (int f = 0; f < INPUTS; f++) {
        float x = random.nextFloat();
        step.input().put(i * INPUTS + f, x);
        features.putScalar(i, f, x);
      }
      double sum = 0;
      for (int k = 0; k < CLASSES; k++) {
        target[k] = 0.1f + random.nextFloat();
        sum += target[k];
      }
      for (int k = 0; k < CLASSES; k++) {
        target[k] /= (float) sum;
        labels.putScalar(i, k, target[k]);
      }
      step.targets().set(i, target, i % 2 == 0 ? i % CLASSES : TargetBatch.UNLABELLED, 1f);
    }
    floor = floor();
  }

  @Benchmark
  public BatchLoss lean() {
    return step.train(batch, LEARNING_RATE);
  }

  @Benchmark
  public double fit() {
    network.fit(features, labels);
    return network.score();
  }

  @Benchmark
  public INDArray floor8gemms() {
    for (Gemm g : floor) {
      Nd4j.gemm(g.a(), g.b(), g.c(), g.transA(), g.transB(), 1, 0);
    }
    return floor.get(0).c();
  }

  private OptimizerConfig optimizerConfig() {
    return switch (optimizer) {
      case "sgd" -> OptimizerConfig.sgd();
      case "nesterov" -> OptimizerConfig.nesterov();
      default -> OptimizerConfig.adam();
    };
  }

  private MultiLayerNetwork plainNetwork() {
    IUpdater updater =
        switch (optimizer) {
          case "sgd" -> new Sgd(LEARNING_RATE);
          case "nesterov" -> new Nesterovs(LEARNING_RATE, 0.9);
          default -> new Adam(LEARNING_RATE);
        };
    var plain =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.FLOAT)
                .weightInit(WeightInit.RELU)
                .activation(Activation.RELU)
                .updater(updater)
                .list()
                .layer(new DenseLayer.Builder().nIn(INPUTS).nOut(HIDDEN).build())
                .layer(new DenseLayer.Builder().nIn(HIDDEN).nOut(HIDDEN).build())
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nIn(HIDDEN)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    plain.init();
    return plain;
  }

  private List<Gemm> floor() {
    int[] units = {INPUTS, HIDDEN, HIDDEN, CLASSES};
    List<Gemm> gemms = new ArrayList<>();
    for (int l = 1; l < units.length; l++) {
      INDArray in = l == 1 ? features : matrix(batch, units[l - 1]);
      INDArray weights = matrix(units[l - 1], units[l]);
      INDArray out = matrix(batch, units[l]);
      gemms.add(new Gemm(in, weights, out, false, false));
      gemms.add(new Gemm(in, out, matrix(units[l - 1], units[l]), true, false));
      if (l > 1) {
        gemms.add(new Gemm(out, weights, matrix(batch, units[l - 1]), false, true));
      }
    }
    return gemms;
  }

  private static INDArray matrix(int rows, int columns) {
    return Nd4j.rand(DataType.FLOAT, columns, rows).transpose(); // 'f' order, like a network's
  }

  /** Runs the benchmarks of this class; takes JMH's own options. */
  public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
    new Runner(
            new OptionsBuilder()
                .parent(new CommandLineOptions(arguments))
                .include(StudentStepBenchmark.class.getSimpleName())
                .build())
        .run();
  }
}
