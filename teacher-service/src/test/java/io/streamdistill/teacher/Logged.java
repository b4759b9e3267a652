package io.streamdistill.teacher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What a user reads in the log. */
public final class Logged {

  private Logged() {}

  /** What is done meanwhile. */
  @FunctionalInterface
  public interface Work<E extends Exception> {
    /** Does it. */
    void run() throws E;
  }

  /**
   * Lines of INFO and above that {@code source} logs while {@code work} is done: level, message,
   * and the name of the exception whose stack trace follows.
   */
  public static <E extends Exception> List<String> by(Class<?> source, Work<E> work) throws E {
    ListAppender<ILoggingEvent> events = new ListAppender<>();
    events.start();
    Logger log = (Logger) LoggerFactory.getLogger(source);
    log.addAppender(events);
    try {
      work.run();
    } finally {
      log.detachAppender(events);
    }
    return events.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
        .map(Logged::line)
        .toList();
  }

  private static String line(ILoggingEvent event) {
    String line = "%s %s".formatted(event.getLevel(), event.getFormattedMessage());
    if (event.getThrowableProxy() == null) {
      return line;
    }
    String name = event.getThrowableProxy().getClassName();
    return line + " +" + name.substring(name.lastIndexOf('.') + 1);
  }
}
