package io.streamdistill.teacher;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.LostRecords;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.observe.Lifecycle;
import io.streamdistill.teacher.engine.TeacherException;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ThreadFailuresTest {

  private final Progress progress = new Progress(Clock.systemUTC());
  private final Lifecycle ending = new Lifecycle("The teacher");
  private final ThreadFailures failures = new ThreadFailures(progress, ending);

  /** What handling {@code failure} ends the service with. */
  private ExitStatus stoppedBy(Throwable failure) throws InterruptedException {
    Lifecycle ending = new Lifecycle("The teacher");
    assertThat(new ThreadFailures(progress, ending).handle(failure)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(ending.isFailure()).isTrue();
    return ending.await();
  }

  static Stream<Throwable> curable() {
    return Stream.of(
        new StreamsException(new TimeoutException("60000 ms")),
        new StreamsException("in commit", new InvalidTxnStateException("a stopped process")),
        new StreamsException(new ProducerFencedException("by its successor")),
        new StreamsException(new InvalidPidMappingException("expired")),
        new StreamsException(new InvalidTimestampException("too far ahead")),
        new StreamsException(new InvalidRecordException("no key")),
        new MissingSourceTopicException("deleted"),
        new KafkaException("User rebalance callback throws an error"));
  }

  @ParameterizedTest
  @MethodSource("curable")
  void whatAnotherAttemptMayCureIsAttemptedForAsLongAsItTakes(Throwable failure) {
    for (int i = 0; i < 3; i++) {
      assertThat(failures.handle(failure)).isEqualTo(REPLACE_THREAD);
    }

    assertThat(ending.isEnding()).isFalse();
  }

  @Test
  void whatNoAttemptCuresStopsTheServiceWithItsStatus() throws Exception {
    LostRecordsException lost =
        new LostRecordsException(List.of(LostRecords.deleted("t", 0, 1, 2)), "continue");

    assertThat(stoppedBy(new StreamsException(lost))).isEqualTo(ExitStatus.LOST_RECORDS);
    assertThat(stoppedBy(new StreamsException(new TeacherException("NaN"))))
        .isEqualTo(ExitStatus.TEACHER_FAILED);
    assertThat(stoppedBy(new TopicAuthorizationException("soft-targets")))
        .isEqualTo(ExitStatus.CONFIGURATION);
  }

  /** It said that another thread starts, after it had said that it stops. */
  @Test
  void nothingStartsAgainOnceTheServiceStops() {
    ending.accept(ExitStatus.LOST_RECORDS, "the transfer set is gone");

    List<String> lines =
        Logged.by(
            ThreadFailures.class,
            () ->
                assertThat(failures.handle(new MissingSourceTopicException("deleted")))
                    .isEqualTo(SHUTDOWN_CLIENT));

    assertThat(lines).isEmpty();
  }

  @Test
  void aFaultOfKafkaIsOneLineAndAFaultOfTheProgramHasItsTrace() {
    StreamsException kafkas = new StreamsException(new TimeoutException("60000 ms have passed"));

    assertThat(Logged.by(ThreadFailures.class, () -> failures.handle(kafkas)))
        .containsExactly(
            "WARN A thread failed; another one starts from the last commit:"
                + " org.apache.kafka.common.errors.TimeoutException: 60000 ms have passed");
    assertThat(
            Logged.by(
                ThreadFailures.class, () -> failures.handle(new IllegalStateException("a bug"))))
        .containsExactly(
            "WARN A thread failed; another one starts from the last commit +IllegalStateException");
  }

  @Test
  void aFaultOfTheProgramIsAttemptedAFewTimes() throws Exception {
    Throwable fault = new StreamsException(new IllegalStateException("a bug"));
    for (int i = 0; i < 5; i++) {
      assertThat(failures.handle(fault)).isEqualTo(REPLACE_THREAD);
    }

    assertThat(failures.handle(fault)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(ending.await()).isEqualTo(ExitStatus.FAILURE);
  }

  @Test
  void aCommitBetweenFaultsCountsThemAnew() {
    Throwable fault = new IllegalStateException("now and then");
    for (int i = 0; i < 4; i++) {
      assertThat(failures.handle(fault)).isEqualTo(REPLACE_THREAD);
      assertThat(failures.handle(fault)).isEqualTo(REPLACE_THREAD);
      progress.committed();
    }

    assertThat(ending.isEnding()).isFalse();
  }
}
