package io.streamdistill.cli.evaluate;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/** What gives a distribution over the classes for features as they are on the wire. */
interface Classifier extends AutoCloseable {

  /**
   * Scores rows at T = 1.
   *
   * @param logProbabilities (at least rows, classes) overwritten with natural logarithms
   * @throws EvaluationException when it cannot
   */
  void score(List<ByteBuffer> rows, double[][] logProbabilities);

  /** Milliseconds that the rows take; the median of several rounds after a warm-up. */
  double millis(List<ByteBuffer> rows, int classes, LongSupplier nanoTime);

  @Override
  void close();

  /** Times a call as {@link #millis} says. */
  static double medianMillis(Runnable call, LongSupplier nanoTime) {
    int warmUp = 2;
    double[] millis = new double[5];
    for (int round = -warmUp; round < millis.length; round++) {
      long start = nanoTime.getAsLong();
      call.run();
      double elapsed = (nanoTime.getAsLong() - start) / 1e6;
      if (round >= 0) {
        millis[round] = elapsed;
      }
    }
    Arrays.sort(millis);
    return millis[millis.length / 2];
  }
}
