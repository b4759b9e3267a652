package io.streamdistill.cli.produce;

import io.streamdistill.outage.Backoff;
import io.streamdistill.records.Counted;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Says that nothing is acknowledged any more, and that it goes on. The thread that sends cannot: it
 * waits for room in the producer's buffer meanwhile.
 */
final class OutageNotice implements Closeable {

  /** Longer than a broker at work takes. */
  static final Duration FIRST = Duration.ofSeconds(10);

  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final Sending sending;
  private final String broker;
  private final Consumer<String> told;
  private final Duration first;
  private final Backoff backoff;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "produce-outage");
            thread.setDaemon(true);
            return thread;
          });
  private long acknowledged = -1;
  private long sinceNanos;
  private long tellNanos;
  private boolean away;

  OutageNotice(Sending sending, String broker, Consumer<String> told, Duration first) {
    this.sending = sending;
    this.broker = broker;
    this.told = told;
    this.first = first;
    this.backoff = new Backoff(first, LONGEST, ThreadLocalRandom.current());
    long period = Math.max(1, first.toMillis() / 10);
    var unused = watch.scheduleWithFixedDelay(this::look, 0, period, TimeUnit.MILLISECONDS);
  }

  private synchronized void look() {
    long now = System.nanoTime();
    long present = sending.acknowledged();
    boolean waiting = sending.sent() > present;
    if (present != acknowledged || !waiting) {
      if (away) {
        told.accept(
            "Kafka at %s takes examples again, after %d s"
                .formatted(broker, seconds(now - sinceNanos)));
      }
      away = false;
      acknowledged = present;
      sinceNanos = now;
      backoff.reset();
      tellNanos = now + first.toNanos();
    } else if (now - tellNanos >= 0) {
      away = true;
      told.accept(
          "waits: Kafka at %s has acknowledged nothing for %d s; %s to be sent when it takes them (--max-outage limits this)"
              .formatted(
                  broker,
                  seconds(now - sinceNanos),
                  Counted.of(sending.sent() - present, "example")));
      tellNanos = now + backoff.next().toNanos();
    }
  }

  private static long seconds(long nanos) {
    return TimeUnit.NANOSECONDS.toSeconds(nanos);
  }

  @Override
  public synchronized void close() {
    watch.shutdownNow();
    if (away && sending.acknowledged() != acknowledged) {
      look(); // it ended before anybody looked
    }
  }
}
