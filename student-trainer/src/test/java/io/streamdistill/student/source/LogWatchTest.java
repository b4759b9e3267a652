package io.streamdistill.student.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.student.source.PassConfig.WhenDone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of a topic while it is read. */
final class LogWatchTest {

  private static final PassConfig FOLLOWING =
      new PassConfig(0, 0, Duration.ofSeconds(2), Duration.ofSeconds(1), 1, 1, WhenDone.EXIT);

  private static MemoryLog log(int partitions, int each) {
    MemoryLog log = new MemoryLog(partitions, 50);
    for (int partition = 0; partition < partitions; partition++) {
      append(log, partition, each);
    }
    return log;
  }

  private static void append(MemoryLog log, int partition, int records) {
    for (int i = 0; i < records; i++) {
      log.append(partition, Reading.example(1_000 * partition + (int) log.end(partition)));
    }
  }

  private static Reading reading(MemoryLog log) {
    return new Reading(log, FOLLOWING, 10, log.beginning());
  }

  @Test
  void partitionsThatComeWhileItIsReadAreTakenInAndWrittenDown() {
    MemoryLog log = log(2, 20);
    Reading reading = reading(log);
    List<Reading.Rows> batches = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      batches.add(reading.next());
    }
    log.addPartition();
    append(log, 2, 20);
    append(log, 0, 20);
    log.pass(Duration.ofSeconds(1));

    batches.addAll(reading.all());

    List<Integer> numbers = Reading.numbers(batches);
    assertThat(numbers).hasSize(80).doesNotHaveDuplicates().contains(2_000, 2_019);
    ReadingOrder order = new ReadingOrder();
    batches.forEach(rows -> order.addAll(rows.batch().order()));
    RecordedOrder recorded = new RecordedOrder(order.drain());
    MemoryLog later = log(3, 0);
    for (int partition : new int[] {0, 1, 2}) {
      append(later, partition, (int) log.end(partition));
    }
    LogPosition beginning = log(2, 0).beginning();
    Reading again =
        new Reading(later, FOLLOWING, 10, beginning, recorded, Selection.ALL, TeacherChoice.ALL, 0);
    List<Integer> rebuilt = new ArrayList<>();
    while (!recorded.isAtEnd()) {
      rebuilt.addAll(again.next().numbers());
    }
    assertThat(rebuilt).isEqualTo(numbers);
  }

  @Test
  void aStudentThatIsResumedTakesNewPartitionsIn() {
    MemoryLog log = log(1, 20);
    Reading before = reading(log);
    before.next();
    LogPosition position = LogPosition.fromState(before.next().batch().end().toState());
    log.addPartition();
    append(log, 1, 20);

    Reading resumed = new Reading(log, FOLLOWING, 10, position);

    assertThat(Reading.numbers(resumed.all()))
        .containsExactlyElementsOf(IntStream.range(1_000, 1_020).boxed().toList());
  }

  @Test
  void anotherLogIsNotReadAtTheOffsetsOfTheOneBefore() {
    MemoryLog log = log(2, 50);
    Reading reading = reading(log);
    reading.next();
    log.recreate();
    append(log, 0, 100);
    append(log, 1, 100);
    log.pass(Duration.ofSeconds(1));

    assertThatThrownBy(reading::all)
        .isInstanceOfSatisfying(
            LostRecordsException.class,
            e -> assertThat(e.exitStatus()).isEqualTo(ExitStatus.LOST_RECORDS))
        .hasMessageContaining("in a log that was deleted; the topic there now, if any, is another")
        .hasMessageContaining("student.on-lost-records");
  }

  @Test
  void goesOnWithoutWhatRetentionTookWhenItIsToAndCountsIt() {
    MemoryLog log = log(2, 100);
    log.setOnLostRecords(OnLostRecords.CONTINUE);
    LogPosition beginning = log.beginning();
    log.deleteBefore(1, 70);

    List<Integer> numbers = Reading.numbers(new Reading(log, FOLLOWING, 10, beginning).all());

    assertThat(numbers).hasSize(130).doesNotHaveDuplicates().contains(99, 1_070, 1_099);
    assertThat(log.lostRecords()).isEqualTo(70);
  }
}
