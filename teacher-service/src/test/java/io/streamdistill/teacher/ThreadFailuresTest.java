package io.streamdistill.teacher;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.LostRecords;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.teacher.engine.TeacherException;
import java.time.Clock;
import java.util.ArrayList;
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
  private final List<ExitStatus> stops = new ArrayList<>();
  private final ThreadFailures failures =
      new ThreadFailures(progress, (status, why) -> stops.add(status));

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

    assertThat(stops).isEmpty();
  }

  @Test
  void whatNoAttemptCuresStopsTheServiceWithItsStatus() {
    LostRecordsException lost =
        new LostRecordsException(List.of(LostRecords.deleted("t", 0, 1, 2)), "continue");

    assertThat(failures.handle(new StreamsException(lost))).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(failures.handle(new StreamsException(new TeacherException("NaN"))))
        .isEqualTo(SHUTDOWN_CLIENT);
    assertThat(failures.handle(new TopicAuthorizationException("soft-targets")))
        .isEqualTo(SHUTDOWN_CLIENT);

    assertThat(stops)
        .containsExactly(
            ExitStatus.LOST_RECORDS, ExitStatus.TEACHER_FAILED, ExitStatus.CONFIGURATION);
  }

  @Test
  void aFaultOfTheProgramIsAttemptedAFewTimes() {
    Throwable fault = new StreamsException(new IllegalStateException("a bug"));
    for (int i = 0; i < 5; i++) {
      assertThat(failures.handle(fault)).isEqualTo(REPLACE_THREAD);
    }

    assertThat(failures.handle(fault)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(stops).containsExactly(ExitStatus.FAILURE);
  }

  @Test
  void aCommitBetweenFaultsCountsThemAnew() {
    Throwable fault = new IllegalStateException("now and then");
    for (int i = 0; i < 4; i++) {
      assertThat(failures.handle(fault)).isEqualTo(REPLACE_THREAD);
      assertThat(failures.handle(fault)).isEqualTo(REPLACE_THREAD);
      progress.committed();
    }

    assertThat(stops).isEmpty();
  }
}
