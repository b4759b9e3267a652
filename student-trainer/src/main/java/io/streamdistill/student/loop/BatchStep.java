package io.streamdistill.student.loop;

import io.streamdistill.student.learning.DivergenceException;
import io.streamdistill.student.objective.BatchLoss;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.source.Batch;
import io.streamdistill.student.step.StepRate;
import io.streamdistill.student.step.StudentStep;
import java.util.List;

/** Takes the training step of a batch, at the learning rate of its time. */
public final class BatchStep {

  private final StudentStep step;
  private final StepRate learningRate;
  private final double rateFactor;
  private final int passes;

  /**
   * Creates the steps of one training.
   *
   * @param rateFactor what the learning rate is multiplied by; below 1 after a recovery
   * @param passes in all; 0 for endlessly many
   */
  public BatchStep(StudentStep step, StepRate learningRate, double rateFactor, int passes) {
    this.step = step;
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
   * Takes it; rows and targets lie in the step's buffers.
   *
   * @param before how far training had come
   * @throws DivergenceException when it is not single rows that spoil the loss
   */
  public Taken take(Batch batch, Progress before) {
    double rate =
        rateFactor
            * learningRate.at(before.step(), before.examplesSeen(), batch.end().done(passes));
    BatchLoss loss = step.train(batch.rows(), rate);
    return loss.isFinite() ? new Taken(loss, List.of()) : withoutPoison(batch, rate, before);
  }

  /** What the learning rate is multiplied by. */
  double rateFactor() {
    return rateFactor;
  }

  /** A step whose loss was no number has changed nothing: it is taken without those to blame. */
  private Taken withoutPoison(Batch batch, double rate, Progress before) {
    List<Integer> poison = PoisonRows.takeOut(step, batch.rows());
    int rest = batch.rows() - poison.size();
    if (poison.isEmpty() || (rest == 0 && batch.rows() > 1)) {
      throw new DivergenceException(
          "the loss of step %d is not a finite number".formatted(before.step()), before.step());
    }
    return new Taken(rest == 0 ? BatchLoss.EMPTY : step.train(rest, rate), poison);
  }
}
