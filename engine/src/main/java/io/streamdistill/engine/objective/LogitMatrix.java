package io.streamdistill.engine.objective;

/** A (rows, classes) matrix of logits or of their gradient, in whatever memory it lives. */
public sealed interface LogitMatrix permits FloatMatrix, DoubleMatrix {

  /** Copies one row, (classes). */
  void readRow(int row, double[] into);

  /** Overwrites one row, (classes). */
  void writeRow(int row, double[] from);
}
