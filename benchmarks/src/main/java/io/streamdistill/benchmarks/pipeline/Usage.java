package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.benchmarks.measure.ProcessMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What was done in a window of time, and what it took.
 *
 * @param records that went through
 * @param cpuSeconds of all cores together
 * @param seconds of the clock
 */
record Usage(double records, double cpuSeconds, double seconds) {

  /** A service at one moment. */
  record Moment(Service service, String counter, double records, double cpuSeconds, long nanos) {

    /** Reads both; the metrics first, so that every window holds the cost of one such question. */
    static Moment of(Service service, String counter) throws InterruptedException {
      double records = service.metrics().sum(counter);
      return new Moment(service, counter, records, service.cpuSeconds(), System.nanoTime());
    }

    /** What the service did since. */
    Usage usage() throws InterruptedException {
      Moment now = of(service, counter);
      return new Usage(
          now.records - records, now.cpuSeconds - cpuSeconds, (now.nanos - nanos) / 1e9);
    }
  }

  /** What a loop in this process takes, which does nothing else meanwhile. */
  static Usage ofLoop(Runnable batch, int recordsPerBatch, Duration duration) {
    ProcessMeter meter = ProcessMeter.self();
    double cpu = meter.cpuSeconds();
    long start = System.nanoTime();
    long batches = 0;
    long elapsed;
    do {
      batch.run();
      batches++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < duration.toNanos());
    return new Usage((double) batches * recordsPerBatch, meter.cpuSeconds() - cpu, elapsed / 1e9);
  }

  /**
   * Adds up windows that alternated with those of something else: what disturbs one of them, for a
   * second or two, weighs little.
   */
  static Usage sum(List<Usage> windows) {
    double records = 0;
    double cpuSeconds = 0;
    double seconds = 0;
    for (Usage window : windows) {
      records += window.records;
      cpuSeconds += window.cpuSeconds;
      seconds += window.seconds;
    }
    return new Usage(records, cpuSeconds, seconds);
  }

  /** Adds up every {@code turns} windows; as many rounds as that gives, in order. */
  static List<Usage> rounds(List<Usage> windows, int turns) {
    List<Usage> rounds = new ArrayList<>();
    for (int from = 0; from + turns <= windows.size(); from += turns) {
      rounds.add(sum(windows.subList(from, from + turns)));
    }
    return rounds;
  }

  /** Processor seconds per 1,000 records. */
  double cpuPerThousand() {
    if (records <= 0) {
      throw new IllegalStateException("no record went through in %.1f s".formatted(seconds));
    }
    return 1000 * cpuSeconds / records;
  }

  /** Records per second. */
  double rate() {
    return records / seconds;
  }
}
