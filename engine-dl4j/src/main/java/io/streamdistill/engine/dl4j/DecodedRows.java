package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.objective.TargetBatch;
import io.streamdistill.records.Features;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.TargetCodec;
import java.nio.FloatBuffer;
import java.util.BitSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rows that are decoded as soon as they are put: the input of a step, one array for good and the
 * memory under it, and its targets at the temperature of the objective.
 */
final class DecodedRows implements RowBatch {

  private final Features features;
  private final double temperature;
  private final INDArray array; // (batch, features), 'c'
  private final FloatBuffer floats;
  private final TargetBatch targets;
  private final int length; // of one row
  private final BitSet notFinite = new BitSet(); // rows that no step may learn from
  private final double[] moved; // (classes), log-probabilities at the temperature of the objective
  private final float[] distribution; // (classes)
  private INDArray head; // the latest number of rows

  DecodedRows(TrainingSetup setup, int classes) {
    features = new Features(setup.features(), setup.standardisation());
    temperature = setup.objective().temperature();
    length = setup.features().length();
    array = NativeFloats.allocate(setup.batchSize(), length, 'c');
    floats = NativeFloats.of(array);
    targets = new TargetBatch(setup.batchSize(), classes);
    moved = new double[classes];
    distribution = new float[classes];
    head = array;
  }

  @Override
  public int capacity() {
    return targets.batchSize();
  }

  @Override
  public void put(int row, Target target, double[] logProbabilities) {
    floats.position(row * length);
    boolean finite = features.decode(target.example().features(), floats);
    System.arraycopy(logProbabilities, 0, moved, 0, moved.length);
    TargetCodec.retemper(moved, target.answer().temperature(), temperature);
    for (int k = 0; k < distribution.length; k++) {
      distribution[k] = (float) Math.exp(moved[k]);
    }
    Integer label = target.example().label();
    targets.set(
        row,
        distribution,
        label == null ? TargetBatch.UNLABELLED : label,
        target.example().weight());
    notFinite.set(row, !finite);
  }

  @Override
  public void copy(int row, RowBatch from, int fromRow) {
    DecodedRows other = of(from);
    floats.put(row * length, other.floats, fromRow * length, length);
    targets.copyRow(row, other.targets, fromRow);
    notFinite.set(row, other.notFinite.get(fromRow));
  }

  /** Rows that {@link NetworkStudent#newBatch} has made. */
  static DecodedRows of(RowBatch batch) {
    if (batch instanceof DecodedRows rows) {
      return rows;
    }
    throw new IllegalArgumentException("rows of another engine: " + batch.getClass().getName());
  }

  /**
   * Whether the features of the first rows are.
   *
   * <p>The loss cannot tell: max pooling swallows a NaN, and ReLU an infinity of the wrong sign,
   * and only the gradient of the first layer meets them again.
   */
  boolean areFinite(int rows) {
    int first = notFinite.nextSetBit(0);
    return first < 0 || first >= rows;
  }

  /** The first rows, (rows, features), in the same memory. */
  INDArray head(int rows) {
    if (head.size(0) != rows) {
      head = rows == capacity() ? array : NativeFloats.head(array, rows, array.size(1));
    }
    return head;
  }

  /** All rows, (batch, features). */
  INDArray array() {
    return array;
  }

  /** What teacher and labels say about them. */
  TargetBatch targets() {
    return targets;
  }
}
