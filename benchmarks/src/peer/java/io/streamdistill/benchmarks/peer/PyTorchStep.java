package io.streamdistill.benchmarks.peer;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.streamdistill.benchmarks.step.PeerSteps.PeerStep;
import io.streamdistill.benchmarks.step.StepData;
import io.streamdistill.benchmarks.step.StepOptimizer;
import io.streamdistill.benchmarks.step.StepShape;

/**
 * A step as one writes it with DJL: forward, the objective in array operations, backward by
 * autograd, the optimizer that comes with it. The same objective as the student's: soft
 * cross-entropy at T = 4, a hard term of weight 0.1 on the labelled half.
 */
final class PyTorchStep implements PeerStep {

  private static final float TEMPERATURE = 4;
  private static final float HARD = 0.1f;

  private final Model model;
  private final Trainer trainer;
  private final NDManager manager;
  private final NDArray features; // (batch, inputs)
  private final NDArray softTargets; // (batch, classes), times what their term is weighted with
  private final NDArray hardTargets; // (batch, classes), likewise, zero for the unlabelled
  private float loss;

  private PyTorchStep(
      Model model, Trainer trainer, NDManager manager, StepShape shape, StepData data) {
    this.model = model;
    this.trainer = trainer;
    this.manager = manager;
    int batch = shape.batch();
    int classes = shape.classes();
    float[] soft = data.targets();
    float[] hard = new float[batch * classes];
    for (int i = 0; i < soft.length; i++) {
      soft[i] *= -(1 - HARD) * TEMPERATURE * TEMPERATURE / batch;
    }
    int[] labels = data.labels();
    for (int row = 0; row < batch; row++) {
      if (labels[row] >= 0) {
        hard[row * classes + labels[row]] = -HARD / batch;
      }
    }
    features = manager.create(data.features(), new Shape(batch, shape.inputs()));
    softTargets = manager.create(soft, new Shape(batch, classes));
    hardTargets = manager.create(hard, new Shape(batch, classes));
  }

  static PyTorchStep create(StepShape shape, StepOptimizer optimizer, StepData data) {
    SequentialBlock net = new SequentialBlock();
    net.add(Blocks.batchFlattenBlock(shape.inputs()));
    for (int units : shape.hidden()) {
      net.add(Linear.builder().setUnits(units).build()).add(Activation::relu);
    }
    net.add(Linear.builder().setUnits(shape.classes()).build());
    Model model = Model.newInstance("student", Device.cpu(), "PyTorch");
    model.setBlock(net);
    Tracker rate = Tracker.fixed((float) StepOptimizer.LEARNING_RATE);
    Optimizer rule =
        switch (optimizer) {
          case SGD -> Optimizer.sgd().setLearningRateTracker(rate).build();
          case ADAM -> Optimizer.adam().optLearningRateTracker(rate).build();
          case NESTEROV -> throw new IllegalArgumentException("DJL has no Nesterov on PyTorch");
        };
    Trainer trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()) // not used: ours is below
                .optDevices(new Device[] {Device.cpu()})
                .optInitializer(new XavierInitializer(), Parameter.Type.WEIGHT)
                .optOptimizer(rule));
    trainer.initialize(new Shape(shape.batch(), shape.inputs()));
    NDManager manager = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
    PyTorchStep step = new PyTorchStep(model, trainer, manager, shape, data);
    step.train(); // the optimizer makes its state in the first step, and must keep it
    return step;
  }

  @Override
  public void run() {
    try (NDScope scope = new NDScope()) { // frees what the step makes
      scope.suppressNotUsedWarning();
      train();
    }
  }

  private void train() {
    NDArray value;
    try (GradientCollector collector = trainer.newGradientCollector()) {
      NDArray logits = trainer.forward(new NDList(features)).singletonOrThrow();
      value =
          logits
              .div(TEMPERATURE)
              .logSoftmax(1)
              .mul(softTargets)
              .sum()
              .add(logits.logSoftmax(1).mul(hardTargets).sum());
      collector.backward(value);
    }
    trainer.step();
    loss = value.getFloat(); // ours returns its loss, too
  }

  @Override
  public float loss() {
    return loss;
  }

  @Override
  public void close() {
    manager.close();
    trainer.close();
    model.close();
  }
}
