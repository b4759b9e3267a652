package io.streamdistill.teacher.onnx;

/** The numbers that a model gave, (rows, columns), row-major; what they mean is another matter. */
sealed interface Answers {

  /** As the model gave them, without a copy. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Floats(float[] values, int columns) implements Answers {
    @Override
    public void row(int row, double[] out) {
      for (int c = 0; c < columns; c++) {
        out[c] = values[row * columns + c];
      }
    }
  }

  /** Of float64, or put together. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Doubles(double[] values, int columns) implements Answers {
    @Override
    public void row(int row, double[] out) {
      System.arraycopy(values, row * columns, out, 0, columns);
    }

    /** Room for {@code rows}, all of them NaN. */
    static Doubles empty(int rows, int columns) {
      double[] values = new double[rows * columns];
      java.util.Arrays.fill(values, Double.NaN);
      return new Doubles(values, columns);
    }

    /** Takes the first {@code count} rows of others as those from {@code row} on. */
    void put(int row, Answers others, int count) {
      double[] one = new double[columns];
      for (int i = 0; i < count; i++) {
        others.row(i, one);
        System.arraycopy(one, 0, values, (row + i) * columns, columns);
      }
    }
  }

  /** Numbers per row: one per class, or a single one. */
  int columns();

  /** Copies a row to the beginning of {@code out}. */
  void row(int row, double[] out);

  /** A row as an array of its own. */
  default double[] row(int row) {
    double[] out = new double[columns()];
    row(row, out);
    return out;
  }
}
