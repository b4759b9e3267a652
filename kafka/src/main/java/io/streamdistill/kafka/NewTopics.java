package io.streamdistill.kafka;

import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits for topics that were created just now: a broker may hear of one a moment after Kafka said
 * that it is created, and says until then that it does not exist.
 */
public final class NewTopics {

  /** Longer than metadata take to reach every broker of a cluster that is well. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final long BETWEEN_LOOKS_MILLIS = 100;

  private NewTopics() {}

  /**
   * Looks again and again while a topic seems missing, for three seconds.
   *
   * @param isMissing of what a look came to
   * @return what the last look came to
   */
  public static <T> T await(Supplier<T> look, Predicate<T> isMissing) {
    return await(look, isMissing, PATIENCE);
  }

  static <T> T await(Supplier<T> look, Predicate<T> isMissing, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      T found = look.get();
      if (!isMissing.test(found) || System.nanoTime() >= end) {
        return found;
      }
      try {
        Thread.sleep(BETWEEN_LOOKS_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return found;
      }
    }
  }
}
