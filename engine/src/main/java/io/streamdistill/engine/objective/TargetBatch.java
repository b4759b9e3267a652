package io.streamdistill.engine.objective;

import java.util.Arrays;

/**
 * What the teacher and the labels say about one batch: arrays that are allocated once and filled in
 * place, batch after batch.
 *
 * <p>A record starts out with weight 1 and unlabelled. Whoever fills a row sets all three.
 */
public final class TargetBatch {

  /** In {@link #labels()}: no label is known for this record. */
  public static final int UNLABELLED = -1;

  private final int batchSize;
  private final int classes;
  private final float[] softTargets; // (batch, classes), row-major
  private final int[] labels; // (batch)
  private final float[] weights; // (batch)

  public TargetBatch(int batchSize, int classes) {
    if (batchSize < 1 || classes < 2) {
      throw new IllegalArgumentException(
          "a target batch needs at least 1 record and 2 classes, got %d and %d"
              .formatted(batchSize, classes));
    }
    this.batchSize = batchSize;
    this.classes = classes;
    softTargets = new float[Math.multiplyExact(batchSize, classes)];
    labels = new int[batchSize];
    weights = new float[batchSize];
    Arrays.fill(labels, UNLABELLED);
    Arrays.fill(weights, 1f);
  }

  public int batchSize() {
    return batchSize;
  }

  public int classes() {
    return classes;
  }

  /** The teacher's distributions at temperature T, (batch, classes), row-major; the live array. */
  public float[] softTargets() {
    return softTargets;
  }

  /** The correct class of each record or {@link #UNLABELLED}, (batch); the live array. */
  public int[] labels() {
    return labels;
  }

  /** The weight of each record, >= 0, (batch); the live array. */
  public float[] weights() {
    return weights;
  }

  /** Fills one row: the teacher's distribution at T, (classes), the label and the weight. */
  public void set(int row, float[] distribution, int label, float weight) {
    if (distribution.length != classes) {
      throw new IllegalArgumentException(
          "row %d: a distribution over %d classes, expected %d"
              .formatted(row, distribution.length, classes));
    }
    if (label < UNLABELLED || label >= classes) {
      throw new IllegalArgumentException(
          "row %d: label %d is outside [0, %d)".formatted(row, label, classes));
    }
    if (!(weight >= 0)) {
      throw new IllegalArgumentException(
          "row %d: weight must be >= 0, got %s".formatted(row, weight));
    }
    System.arraycopy(distribution, 0, softTargets, row * classes, classes);
    labels[row] = label;
    weights[row] = weight;
  }

  /** Copies the first {@code rows} rows of {@code other}, which has as many classes. */
  public void copyFrom(TargetBatch other, int rows) {
    if (other.classes != classes) {
      throw new IllegalArgumentException(
          "a batch over %d classes, expected %d".formatted(other.classes, classes));
    }
    System.arraycopy(other.softTargets, 0, softTargets, 0, rows * classes);
    System.arraycopy(other.labels, 0, labels, 0, rows);
    System.arraycopy(other.weights, 0, weights, 0, rows);
  }

  /** Copies row {@code from} of {@code other}, which has as many classes, into row {@code to}. */
  public void copyRow(int to, TargetBatch other, int from) {
    System.arraycopy(other.softTargets, from * classes, softTargets, to * classes, classes);
    labels[to] = other.labels[from];
    weights[to] = other.weights[from];
  }
}
