package io.streamdistill.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import ch.qos.logback.core.util.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ThrottleTest {

  private final AtomicLong now = new AtomicLong(1);
  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> messages = new ListAppender<>();

  private Logger logger(String name) {
    Throttle throttle = new Throttle(now::get);
    throttle.setLogger("talkative");
    throttle.setInterval(Duration.buildBySeconds(10));
    context.addTurboFilter(throttle);
    messages.start();
    Logger logger = context.getLogger(name);
    logger.setLevel(Level.WARN);
    logger.addAppender(messages);
    return logger;
  }

  @Test
  void oneMessagePerIntervalPasses() {
    Logger logger = logger("talkative");

    logger.warn("first");
    now.addAndGet(9_999);
    logger.warn("too early");
    now.addAndGet(1);
    logger.warn("{}", "second");

    assertThat(messages.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("first", "second");
  }

  @Test
  void messagesBelowTheLevelDoNotCount() {
    Logger logger = logger("talkative");

    logger.info("not logged at all");
    logger.warn("logged");

    assertThat(messages.list).hasSize(1);
  }

  @Test
  void otherLoggersAreLeftAlone() {
    Logger logger = logger("quiet");

    logger.warn("one");
    logger.warn("two");

    assertThat(messages.list).hasSize(2);
  }
}
