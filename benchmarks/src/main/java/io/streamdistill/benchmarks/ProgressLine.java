package io.streamdistill.benchmarks;

import java.io.PrintWriter;
import java.util.Locale;

/** Says what is done now, on standard error: standard output is for the table. */
final class ProgressLine {

  private final PrintWriter err;
  private final long start = System.nanoTime();

  ProgressLine(PrintWriter err) {
    this.err = err;
  }

  /** Seconds since the start. */
  double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  void say(String what) {
    err.printf(Locale.ROOT, "[%4.0f s] %s%n", seconds(), what);
    err.flush();
  }
}
