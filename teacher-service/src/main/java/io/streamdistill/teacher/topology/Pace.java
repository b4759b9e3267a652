package io.streamdistill.teacher.topology;

import io.streamdistill.teacher.engine.EngineWatch.BatchTimes;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long batches take of late, and how old the transactions of the threads are. No batch is begun
 * in a transaction that could time out before its end: it is committed first. Thread-safe.
 */
public final class Pace implements BatchTimes {

  /** What is left of the slowest batch's time with every other one. */
  private static final double FORGET = 0.99;

  /** Weight of the last batch in what scoring takes of late. */
  private static final double RECENT = 0.2;

  /** Of the transaction's time-out, that it may be old at the end of a batch. */
  private static final int SHARE = 2;

  private final long budget; // nanoseconds
  private final LongSupplier nanoTime;

  @SuppressWarnings("ThreadLocalUsage") // of a service, which a process has one of
  private final ThreadLocal<@Nullable Long> begun = new ThreadLocal<>();

  private volatile double slowest; // nanoseconds
  private volatile double millisPerRecord;

  /**
   * Creates the measure.
   *
   * @param transactionTimeout of the producers, > 0
   * @param batchTime that is expected before the first batch
   */
  public Pace(Duration transactionTimeout, Duration batchTime, LongSupplier nanoTime) {
    this.budget = transactionTimeout.toNanos() / SHARE;
    this.slowest = (double) batchTime.toNanos();
    this.nanoTime = nanoTime;
  }

  /** This thread has begun a transaction. */
  public void began() {
    begun.set(nanoTime.getAsLong());
  }

  /** This thread's transaction has been committed or aborted. */
  public void ended() {
    begun.remove();
  }

  /** Whether this thread must commit before it scores another batch. */
  boolean mustCommit() {
    Long since = begun.get();
    return since != null && nanoTime.getAsLong() - since + slowest > budget;
  }

  /** So many records were scored in so long; one that hung is none of these. */
  @Override
  public synchronized void took(int rows, Duration time) {
    slowest = Math.max((double) time.toNanos(), slowest * FORGET);
    double millis = time.toNanos() / 1e6 / rows;
    millisPerRecord =
        millisPerRecord == 0 ? millis : millisPerRecord + RECENT * (millis - millisPerRecord);
  }

  /** What scoring a record took of late, ms; 0 before the first batch. */
  double millisPerRecord() {
    return millisPerRecord;
  }

  /** What the slowest batch of late took. */
  public Duration slowest() {
    return Duration.ofNanos(Math.round(slowest));
  }
}
