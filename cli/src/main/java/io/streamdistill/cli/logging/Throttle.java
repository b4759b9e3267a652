package io.streamdistill.cli.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import ch.qos.logback.core.util.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/** Lets one message of a talkative logger through per interval. */
public final class Throttle extends TurboFilter {

  private static final long NEVER = Long.MIN_VALUE;

  private final LongSupplier clock; // milliseconds
  private final AtomicLong last = new AtomicLong(NEVER);
  private String logger = "";
  private Duration interval = Duration.buildBySeconds(30);

  /** Created by logback. */
  public Throttle() {
    this(() -> System.nanoTime() / 1_000_000);
  }

  Throttle(LongSupplier clock) {
    this.clock = clock;
  }

  /** Name of the logger, set by logback. */
  public void setLogger(String logger) {
    this.logger = logger;
  }

  /** Time between messages, set by logback; default 30 s. */
  public void setInterval(Duration interval) {
    this.interval = interval;
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger source,
      Level level,
      @Nullable String format,
      Object @Nullable [] params,
      @Nullable Throwable thrown) {
    boolean silent = format == null || level.levelInt < source.getEffectiveLevel().levelInt;
    if (silent || !source.getName().equals(logger)) {
      return FilterReply.NEUTRAL;
    }
    long now = clock.getAsLong();
    long before = last.get();
    boolean due = before == NEVER || now - before >= interval.getMilliseconds();
    return due && last.compareAndSet(before, now) ? FilterReply.NEUTRAL : FilterReply.DENY;
  }
}
