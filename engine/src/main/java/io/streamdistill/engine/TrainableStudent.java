package io.streamdistill.engine;

import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.objective.BatchLoss;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A student in the memory of its engine.
 *
 * <p>Weights, optimizer state and steps are the whole state: a student of the same plan and setup
 * that {@linkplain #restore restores} them continues bit for bit, on the same kind of machine and
 * at the same number of threads. One thread at a time, but for the {@linkplain RowBatch rows}.
 */
public interface TrainableStudent extends AutoCloseable {

  /** How it is trained, for logs and metric tags, such as {@code lean}. */
  String label();

  /** Memory for as many rows as one step takes; to be reused. */
  RowBatch newBatch();

  /**
   * Trains on the first rows of a batch. The batch is not to be written to before the loss is
   * known.
   *
   * <p>A loss that is not finite changes nothing: weights, optimizer state and steps stay.
   *
   * @param rows in [1, batch size]; the loss is the mean over these
   * @param learningRate of this step, >= 0
   * @return the loss before the update
   */
  PendingLoss train(RowBatch batch, int rows, double learningRate);

  /** The loss of the first rows of a batch, from which nothing is learned. */
  BatchLoss evaluate(RowBatch batch, int rows);

  /**
   * Share of the units of a hidden layer that gave 0 to every row of the batch before, in [0, 1];
   * the largest over all layers of rectified units, 0 without any or when the engine cannot tell.
   * Nothing is learned through a layer of which all units do.
   */
  double deadUnits();

  /** Steps that the optimizer has taken, including those before a restore. */
  int steps();

  /** Shapes of the weights by name. */
  SortedMap<String, List<Long>> shapes();

  /**
   * Everything that a checkpoint needs, as it is now: no later step changes it.
   *
   * @param asked features that the student is to answer, so that a model can be compared with it
   */
  StudentSnapshot snapshot(ModelFeatures asked);

  /**
   * Puts everything back to what a snapshot holds.
   *
   * @throws IllegalArgumentException when it is of another student
   */
  void restore(Map<String, Weight> weights, float[] optimizerState, int steps);

  /**
   * Gives it weights, and an optimizer that has taken no step.
   *
   * @throws IllegalArgumentException when they are of another student
   */
  void begin(Map<String, Weight> weights);

  /** Ends the use of the student and of its rows. */
  @Override
  void close();
}
