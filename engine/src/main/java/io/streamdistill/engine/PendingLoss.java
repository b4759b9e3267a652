package io.streamdistill.engine;

import io.streamdistill.engine.objective.BatchLoss;

/** The loss of a step that an engine may still be busy with. */
public interface PendingLoss {

  /** Whether {@link #await} returns at once. */
  boolean isKnown();

  /** The loss; waits for it. */
  BatchLoss await();

  /** Of a step that is done. */
  static PendingLoss of(BatchLoss loss) {
    return new Known(loss);
  }

  /** A loss that is there. */
  record Known(BatchLoss loss) implements PendingLoss {

    @Override
    public boolean isKnown() {
      return true;
    }

    @Override
    public BatchLoss await() {
      return loss;
    }
  }
}
