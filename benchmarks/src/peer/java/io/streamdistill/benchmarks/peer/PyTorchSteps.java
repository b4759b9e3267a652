package io.streamdistill.benchmarks.peer;

import ai.djl.engine.Engine;
import io.streamdistill.benchmarks.step.PeerSteps;
import io.streamdistill.benchmarks.step.StepData;
import io.streamdistill.benchmarks.step.StepOptimizer;
import io.streamdistill.benchmarks.step.StepShape;

/** Training steps of PyTorch, through the Deep Java Library. */
public final class PyTorchSteps implements PeerSteps {

  /** Created by the service loader. */
  public PyTorchSteps() {}

  @Override
  public String framework() {
    Engine engine = Engine.getEngine("PyTorch");
    return "PyTorch %s through DJL %s".formatted(engine.getVersion(), Engine.getDjlVersion());
  }

  @Override
  public int configure(int threads) {
    // Read once, when the engine starts; they win over OMP_NUM_THREADS.
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    Engine.getEngine("PyTorch");
    return ai.djl.pytorch.jni.JniUtils.getNumThreads();
  }

  @Override
  public PeerStep step(StepShape shape, StepOptimizer optimizer, StepData data) {
    return PyTorchStep.create(shape, optimizer, data);
  }
}
