package io.streamdistill.student.step;

import io.streamdistill.student.objective.BatchLoss;
import io.streamdistill.student.objective.TargetBatch;
import java.nio.FloatBuffer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * One training step of one student, over memory that is allocated once.
 *
 * <p>The caller fills {@link #input()} and {@link #targets()} in place and calls {@link #train}.
 * Parameters, optimizer state and iteration are the whole state: a step of the same network,
 * objective and batch size that {@linkplain #restore restores} them continues bit for bit, at the
 * same number of BLAS threads. One thread at a time.
 */
public interface StudentStep extends AutoCloseable {

  /** How the step works, for logs and metric tags: {@code lean} or {@code dl4j}. */
  String label();

  /** Most records that a batch holds. */
  int batchSize();

  /** Floats of one record's input. */
  int features();

  /** Classes of the output. */
  int classes();

  /**
   * The native memory that the next step reads, (batch, features), row-major. Write with absolute
   * puts or through a duplicate; not after {@link #close()}.
   */
  FloatBuffer input();

  /** The targets that the next step reads. */
  TargetBatch targets();

  /**
   * Trains on the first {@code rows} records.
   *
   * <p>A loss that is not finite changes nothing: parameters, optimizer state and iteration stay.
   *
   * @param rows in [1, batch size]; the loss is the mean over these
   * @param learningRate of this step, >= 0
   * @return the loss before the update
   */
  BatchLoss train(int rows, double learningRate);

  /** The loss of the first {@code rows} records, and nothing is learned from them. */
  BatchLoss evaluate(int rows);

  /**
   * Share of the units of a hidden layer that gave 0 to every record of the batch before, in [0,
   * 1]; the largest over all layers of rectified units, 0 without any. Nothing is learned through a
   * layer of which all units do.
   */
  double deadUnits();

  /** The network being trained, live: its {@code output} gives logits and includes every step. */
  MultiLayerNetwork network();

  /** A copy of all parameters, in the order of {@code network().params()}. */
  float[] parameters();

  /** A copy of the optimizer's state, in DL4J's layout; empty when it has none. */
  float[] optimizerState();

  /** Steps taken so far, including those before a restore. */
  int iteration();

  /**
   * Puts everything back to what another step returned.
   *
   * @throws IllegalArgumentException when a length is not that of this network
   */
  void restore(float[] parameters, float[] optimizerState, int iteration);

  /** Ends the use of this step and of its buffers; the network lives on. */
  @Override
  void close();
}
