package io.streamdistill.engine.objective;

/** Row-major doubles, (rows, classes): for checks that need more digits than a float has. */
@SuppressWarnings("ArrayRecordComponent") // a view, compared by nobody
public record DoubleMatrix(double[] values, int classes) implements LogitMatrix {

  @Override
  public void readRow(int row, double[] into) {
    System.arraycopy(values, row * classes, into, 0, classes);
  }

  @Override
  public void writeRow(int row, double[] from) {
    System.arraycopy(from, 0, values, row * classes, classes);
  }
}
