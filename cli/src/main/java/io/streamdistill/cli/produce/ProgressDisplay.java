package io.streamdistill.cli.produce;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how many examples are acknowledged. */
interface ProgressDisplay extends LongConsumer, AutoCloseable {

  /** Says how many there will be; until then the end is unknown. */
  void expect(long total);

  @Override
  void close();

  /** A bar on a terminal, else a line every few seconds. */
  static ProgressDisplay of(PrintWriter out, boolean terminal) {
    return terminal ? new Bar() : new Lines(out, System::nanoTime);
  }

  /** Redraws one line. */
  final class Bar implements ProgressDisplay {
    private final ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("produce")
            .setInitialMax(-1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUnit(" examples", 1)
            .showSpeed()
            .build();

    @Override
    public void expect(long total) {
      bar.maxHint(total);
    }

    @Override
    public void accept(long produced) {
      bar.stepTo(produced);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** Prints a line at most every 5 s. */
  final class Lines implements ProgressDisplay {
    private static final long INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();

    private final PrintWriter out;
    private final LongSupplier nanoTime;
    private final long start;
    private long lastLine;
    private long total = -1;

    Lines(PrintWriter out, LongSupplier nanoTime) {
      this.out = out;
      this.nanoTime = nanoTime;
      this.start = nanoTime.getAsLong();
      this.lastLine = start;
    }

    @Override
    public void expect(long newTotal) {
      total = newTotal;
    }

    @Override
    public void accept(long produced) {
      long now = nanoTime.getAsLong();
      if (now - lastLine < INTERVAL_NANOS) {
        return;
      }
      lastLine = now;
      out.printf(
          Locale.ROOT,
          "produced %,d%s examples, %,.0f/s%n",
          produced,
          total < 0 ? "" : String.format(Locale.ROOT, " of %,d", total),
          produced / ((now - start) / 1e9));
      out.flush();
    }

    @Override
    public void close() {}
  }
}
