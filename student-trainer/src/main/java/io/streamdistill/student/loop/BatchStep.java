package io.streamdistill.student.loop;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.student.learning.DivergenceException;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.schedule.StepRate;
import io.streamdistill.student.source.Batch;
import java.util.List;

/** Takes the training step of a batch, at the learning rate of its time. */
public final class BatchStep {

  private final TrainableStudent student;
  private final StepRate learningRate;
  private final double rateFactor;
  private final int passes;

  /**
   * Creates the steps of one training.
   *
   * @param rateFactor what the learning rate is multiplied by; below 1 after a recovery
   * @param passes in all; 0 for endlessly many
   */
  public BatchStep(TrainableStudent student, StepRate learningRate, double rateFactor, int passes) {
    this.student = student;
    this.learningRate = learningRate;
    this.rateFactor = rateFactor;
    this.passes = passes;
  }

  /**
   * A step that was taken.
   *
   * @param loss before it
   * @param poison rows that it was taken without, since their loss is no number
   */
  public record Taken(BatchLoss loss, List<Integer> poison) {}

  /**
   * Takes it.
   *
   * @param rows of the batch
   * @param before how far training had come
   * @throws DivergenceException when it is not single rows that spoil the loss
   */
  public Taken take(Batch batch, RowBatch rows, Progress before) {
    double rate =
        rateFactor
            * learningRate.at(before.step(), before.examplesSeen(), batch.end().done(passes));
    BatchLoss loss = student.train(rows, batch.rows(), rate).await();
    return loss.isFinite() ? new Taken(loss, List.of()) : withoutPoison(batch, rows, rate, before);
  }

  /** Whose steps they are. */
  TrainableStudent student() {
    return student;
  }

  /** What the learning rate is multiplied by. */
  double rateFactor() {
    return rateFactor;
  }

  /** A step whose loss was no number has changed nothing: it is taken without those to blame. */
  private Taken withoutPoison(Batch batch, RowBatch rows, double rate, Progress before) {
    List<Integer> poison = PoisonRows.takeOut(student, rows, batch.rows());
    int rest = batch.rows() - poison.size();
    if (poison.isEmpty() || (rest == 0 && batch.rows() > 1)) {
      throw new DivergenceException(
          "the loss of step %d is not a finite number".formatted(before.step()), before.step());
    }
    return new Taken(rest == 0 ? BatchLoss.EMPTY : student.train(rows, rest, rate).await(), poison);
  }
}
