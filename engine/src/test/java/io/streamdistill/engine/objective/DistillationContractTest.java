package io.streamdistill.engine.objective;

final class DistillationContractTest extends ObjectiveContract {

  @Override
  protected ObjectiveConfig config() {
    return new DistillationConfig(4, 0.3, 1, 0.5, 1, Double.POSITIVE_INFINITY);
  }
}
