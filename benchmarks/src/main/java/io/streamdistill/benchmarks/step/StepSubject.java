package io.streamdistill.benchmarks.step;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.objective.BatchLoss;

/** A student of ours, and a full batch that it is trained on again and again. */
public record StepSubject(TrainableStudent student, RowBatch batch) implements AutoCloseable {

  /** Takes a step. */
  public BatchLoss train() {
    return train(batch);
  }

  /** Takes a step on another full batch. */
  public BatchLoss train(RowBatch other) {
    return student.train(other, other.capacity(), StepOptimizer.LEARNING_RATE).await();
  }

  @Override
  public void close() {
    student.close();
  }
}
