package io.streamdistill.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class OrdinaryFaultsTest {

  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();

  @BeforeEach
  void setUp() {
    OrdinaryFaults faults = new OrdinaryFaults();
    faults.addRepeated("Aborting producer batches");
    context.addTurboFilter(faults);
    events.start();
    Logger root = context.getLogger("ROOT");
    root.setLevel(Level.WARN);
    root.addAppender(events);
  }

  private Logger kafkas() {
    return context.getLogger("org.apache.kafka.streams.processor.internals.StreamThread");
  }

  private List<String> lines() {
    return events.list.stream()
        .map(
            event ->
                event.getLevel()
                    + " "
                    + event.getFormattedMessage()
                    + (event.getThrowableProxy() == null ? "" : " +trace"))
        .toList();
  }

  static Stream<Throwable> ordinary() {
    return Stream.of(
        new TaskMigratedException("fenced", new ProducerFencedException("a newer producer")),
        new TaskMigratedException("fenced", new CommitFailedException("unknown member")),
        new TaskCorruptedException(java.util.Set.of()),
        new StreamsException(new KafkaException("wrapped", new DisconnectException("gone"))),
        new IOException("Connection reset by peer"));
  }

  @ParameterizedTest
  @MethodSource("ordinary")
  void anOrdinaryFaultIsALineWithItsReason(Throwable fault) {
    kafkas().error("Detected that the thread is fenced.", fault);

    assertThat(lines()).hasSize(1);
    assertThat(lines().get(0))
        .startsWith("WARN Detected that the thread is fenced: ")
        .doesNotContain("+trace");
  }

  @Test
  void theReasonIsTheRootsOwn() {
    kafkas()
        .warn(
            "{} is fenced",
            "T-1",
            new TaskMigratedException("long", new ProducerFencedException("a newer producer")));

    assertThat(lines())
        .containsExactly("WARN T-1 is fenced: a newer producer (ProducerFencedException)");
  }

  static Stream<Throwable> bugs() {
    return Stream.of(
        new IllegalStateException("a bug"),
        new UnknownServerException("of the broker"),
        new KafkaException("of nobody's"),
        new StreamsException(new IllegalStateException("a bug")),
        new TaskMigratedException("odd", new NullPointerException()));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void whatMayBeABugKeepsItsTraceAndLevel(Throwable bug) {
    kafkas().error("Aborting producer batches", bug);

    assertThat(lines()).containsExactly("ERROR Aborting producer batches +trace");
  }

  @Test
  void whatAnotherLineSaysIsLeftOut() {
    kafkas().error("[id] Aborting producer batches now", new DisconnectException("gone"));
    kafkas().error("[id] Aborting producer batches now");

    assertThat(lines()).isEmpty();
  }

  @Test
  void otherLinesAndOtherLoggersAreLeftAlone() {
    kafkas().warn("no fault");
    context.getLogger("io.streamdistill.A").error("ours", new DisconnectException("gone"));

    assertThat(lines()).containsExactly("WARN no fault", "ERROR ours +trace");
  }

  @Test
  void aLevelThatIsOffStaysOff() {
    kafkas().setLevel(Level.OFF);

    kafkas().error("not logged", new DisconnectException("gone"));

    assertThat(lines()).isEmpty();
  }
}
