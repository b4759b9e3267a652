package io.streamdistill.cli.quickstart;

import io.streamdistill.cli.produce.Terminal;
import java.io.PrintWriter;

/** Shows progress: one line redrawn in place on a terminal, a line now and then elsewhere. */
final class Status {

  private static final double SECONDS_BETWEEN_LINES = 10;

  private final PrintWriter out;
  private final boolean inPlace;
  private final long start = System.nanoTime();
  private double lastLine = Double.NEGATIVE_INFINITY;
  private int drawn;

  Status(PrintWriter out, boolean inPlace) {
    this.out = out;
    this.inPlace = inPlace;
  }

  static Status on(PrintWriter out) {
    return new Status(out, Terminal.isInteractive());
  }

  /** Seconds since the start. */
  double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Shows where things stand. */
  void update(String line) {
    String text = "[%3.0f s] %s".formatted(seconds(), line);
    if (inPlace) {
      out.print("\r" + text + " ".repeat(Math.max(0, drawn - text.length())));
      out.flush();
      drawn = text.length();
    } else if (seconds() - lastLine >= SECONDS_BETWEEN_LINES) {
      lastLine = seconds();
      out.println(text);
      out.flush();
    }
  }

  /** Says something that stays. */
  void say(String line) {
    if (drawn > 0) {
      out.println();
      drawn = 0;
    }
    out.println(line);
    out.flush();
    lastLine = Double.NEGATIVE_INFINITY;
  }
}
