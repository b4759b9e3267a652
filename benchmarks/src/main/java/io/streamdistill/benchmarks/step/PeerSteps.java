package io.streamdistill.benchmarks.step;

/**
 * The same training step in another framework. Found by {@link java.util.ServiceLoader}, since it
 * is there only when the Maven profile {@code peer} is.
 */
public interface PeerSteps {

  /** Name and version of the framework. */
  String framework();

  /**
   * Tells the framework how many threads it may use, before it does anything else.
   *
   * @return how many it says that it uses
   */
  int configure(int threads);

  /** A step that is ready to run, on a batch that is already where the framework wants it. */
  PeerStep step(StepShape shape, StepOptimizer optimizer, StepData data);

  /** A step; closing it frees its memory. */
  interface PeerStep extends Runnable, AutoCloseable {

    /** The loss of the newest step, to see that something is learned. */
    float loss();

    @Override
    void close();
  }
}
