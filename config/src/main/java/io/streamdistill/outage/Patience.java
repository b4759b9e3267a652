package io.streamdistill.outage;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Tries again what fails while something that is needed is away. */
public final class Patience {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final Duration maxOutage;
  private final String limit;
  private final Predicate<Throwable> outage;
  private final Consumer<String> told;

  /**
   * Creates one.
   *
   * @param maxOutage how long to try; 0 for ever
   * @param limit what the user sets {@code maxOutage} with, for messages
   * @param outage whether a failure may go away by itself
   * @param told told of every attempt that failed, and when the next one follows
   */
  public Patience(
      Duration maxOutage, String limit, Predicate<Throwable> outage, Consumer<String> told) {
    this.maxOutage = maxOutage;
    this.limit = limit;
    this.outage = outage;
    this.told = told;
  }

  /**
   * Calls until it succeeds, or fails of something else than an outage.
   *
   * @throws OutageException when the outage takes too long
   */
  public <T> T through(Supplier<T> call) {
    Backoff backoff = new Backoff(FIRST, LONGEST, ThreadLocalRandom.current());
    long start = System.nanoTime();
    while (true) {
      try {
        return call.get();
      } catch (RuntimeException e) {
        if (!outage.test(e)) {
          throw e;
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        if (isTooLong(waited)) {
          throw new OutageException(
              "%s; it has been tried for %d s, which is more than %s allows"
                  .formatted(e.getMessage(), waited.toSeconds(), limit),
              e);
        }
        Duration wait = backoff.next();
        told.accept(
            "waits: %s; tried for %d s, the next attempt follows in %.1f s (%s limits this)"
                .formatted(e.getMessage(), waited.toSeconds(), wait.toMillis() / 1e3, limit));
        pause(wait, e);
      }
    }
  }

  private boolean isTooLong(Duration waited) {
    return !maxOutage.isZero() && waited.compareTo(maxOutage) >= 0;
  }

  private static void pause(Duration wait, RuntimeException failure) {
    try {
      Thread.sleep(wait.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }
}
