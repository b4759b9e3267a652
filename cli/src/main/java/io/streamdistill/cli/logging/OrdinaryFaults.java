package io.streamdistill.cli.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.EventArgUtil;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.streamdistill.exit.HasExitStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.helpers.MessageFormatter;

/**
 * Kafka's clients print a stack trace whenever a broker goes, a rebalance takes a task, or a topic
 * is deleted. Such faults are a line here, with their reason; the trace is at DEBUG. Lines that say
 * a second time what another one says are at DEBUG as well. Exceptions of other kinds are left
 * alone, with their traces: they may be bugs.
 */
public final class OrdinaryFaults extends TurboFilter {

  private static final String KAFKA = "org.apache.kafka.";

  /** Whatever else tells of them, the name of the logger says that it is about Kafka's own log. */
  private static final org.slf4j.Logger log = LoggerFactory.getLogger(OrdinaryFaults.class);

  private static final int LONGEST_CHAIN = 20;

  private final List<String> repeated = new ArrayList<>();

  /** What a message holds that others say again, set by logback. */
  public void addRepeated(String text) {
    repeated.add(text);
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger source,
      Level level,
      @Nullable String format,
      Object @Nullable [] params,
      @Nullable Throwable thrown) {
    boolean concerns =
        format != null
            && level.isGreaterOrEqual(Level.WARN)
            && level.isGreaterOrEqual(source.getEffectiveLevel())
            && source.getName().startsWith(KAFKA);
    if (!concerns) {
      return FilterReply.NEUTRAL;
    }
    String message =
        Objects.requireNonNullElse(MessageFormatter.arrayFormat(format, params).getMessage(), "");
    Throwable fault = thrown == null ? EventArgUtil.extractThrowable(params) : thrown;
    if (fault != null && !causes(fault).allMatch(OrdinaryFaults::isOrdinary)) {
      return FilterReply.NEUTRAL;
    }
    boolean again = repeated.stream().anyMatch(message::contains);
    if (fault == null && !again) {
      return FilterReply.NEUTRAL;
    }
    if (!again && fault != null) {
      source.warn("{}: {}", withoutEnd(message), reason(fault));
    }
    log.debug("{}: {}", source.getName(), message, fault);
    return FilterReply.DENY;
  }

  private static String withoutEnd(String message) {
    return message.strip().replaceAll("[.:;]$", "");
  }

  private static String reason(Throwable fault) {
    Throwable root = causes(fault).reduce((before, last) -> last).orElse(fault);
    return "%s (%s)".formatted(root.getMessage(), root.getClass().getSimpleName());
  }

  private static Stream<Throwable> causes(Throwable fault) {
    return Stream.iterate(fault, Objects::nonNull, Throwable::getCause).limit(LONGEST_CHAIN);
  }

  /** What a broker answers, or a network does; and what only wraps it. */
  private static boolean isOrdinary(Throwable fault) {
    boolean wrapper = fault.getCause() != null;
    return (fault instanceof ApiException && !(fault instanceof UnknownServerException))
        || fault instanceof CommitFailedException
        || fault instanceof TaskMigratedException
        || fault instanceof TaskCorruptedException
        || fault instanceof MissingSourceTopicException
        || fault instanceof IOException
        || fault instanceof HasExitStatus // said by whoever ends the service
        || (wrapper
            && (fault.getClass() == StreamsException.class
                || fault.getClass() == KafkaException.class));
  }
}
