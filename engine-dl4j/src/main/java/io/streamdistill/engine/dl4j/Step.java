package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.objective.BatchLoss;

/** How a network is trained; the network belongs to a {@link NetworkStudent}. */
interface Step {

  /** As in logs: {@code lean} or {@code dl4j}. */
  String label();

  /**
   * Trains on the first rows, all of them finite. A loss that is not finite changes nothing.
   *
   * @param iteration steps before this one
   */
  BatchLoss train(DecodedRows records, int rows, double learningRate, int iteration);

  /** The loss of the first rows, all of them finite; nothing is learned from them. */
  BatchLoss evaluate(DecodedRows records, int rows);

  /** As {@link io.streamdistill.engine.TrainableStudent#deadUnits}. */
  double deadUnits();
}
