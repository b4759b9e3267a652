package io.streamdistill.student.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.student.source.PassConfig.WhenDone;
import io.streamdistill.student.source.Reading.Rows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a reader writes down is enough to read the same batches again. */
final class RecordedOrderTest {

  private final ReadingOrder order = new ReadingOrder();
  private final List<List<Integer>> numbers = new ArrayList<>();

  private static PassConfig config(int passes, int visits, int shuffle) {
    return new PassConfig(
        passes, 0, Duration.ofSeconds(2), Duration.ofSeconds(1), visits, shuffle, WhenDone.EXIT);
  }

  private static Reading reading(
      MemoryLog log, PassConfig config, LogPosition from, RecordedOrder recorded) {
    return new Reading(log, config, 16, from, recorded, Selection.ALL, TeacherChoice.ALL, 0.1);
  }

  /**
   * Records come when they come, to few partitions mostly, and the reader is killed now and then.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 0", "2, 0", "3, 0", "4, 0", "5, 0", "6, 0", "7, 0", "8, 0", "9, 0", "10, 0", "11, 0",
    "12, 0", "1, 3", "2, 3", "3, 3", "4, 3", "5, 3", "6, 3", "7, 3", "8, 3", "9, 1", "10, 2"
  })
  void givesTheSameBatchesAgain(long seed, int passes) {
    Random random = new Random(seed);
    int partitions = 1 + random.nextInt(6);
    MemoryLog log = new MemoryLog(partitions, 1 + random.nextInt(40));
    LogPosition beginning = log.beginning();
    PassConfig config = config(passes, 1 + random.nextInt(6), 1 + random.nextInt(60));
    Reading reading =
        new Reading(log, config, 16, beginning, Selection.ALL, TeacherChoice.ALL, 0.1);
    int next = 0;
    for (int i = 0; i < 200; i++) {
      for (int n = random.nextInt(3) * random.nextInt(10); n > 0; n--) {
        int partition = (int) (partitions * Math.pow(random.nextDouble(), 4));
        log.append(partition, random.nextInt(20) == 0 ? new byte[2] : Reading.example(next++));
        if (random.nextInt(4) == 0) {
          log.appendMarker(partition);
        }
      }
      if (passes == 0 && random.nextInt(60) == 0) {
        log.addPartition();
        partitions++;
      }
      log.pass(Duration.ofMillis(random.nextInt(400)));
      Rows rows = reading.nextWithin(Duration.ofMillis(random.nextInt(3_000)));
      if (rows != null) {
        note(rows);
        if (random.nextInt(6) == 0) {
          LogPosition position = LogPosition.fromState(rows.batch().end().toState());
          if (reading.passOver()) {
            break;
          }
          reading = new Reading(log, config, 16, position, Selection.ALL, TeacherChoice.ALL, 0.1);
        }
      }
      if (reading.passOver()) {
        break;
      }
    }
    while (passes > 0) {
      if (reading.passOver() && !reading.nextPass()) {
        break;
      }
      note(reading.next());
    }

    List<ReadingOrder.Entry> entries =
        OrderText.parse(OrderText.format(order.drain()).lines().toList());
    RecordedOrder recorded = new RecordedOrder(entries);
    Reading again = reading(log, config, beginning, recorded);
    List<List<Integer>> found = new ArrayList<>();
    while (found.size() < numbers.size()) { // a stretch may have begun that nothing was taken of
      Rows rows = again.next();
      found.add(rows.numbers());
      if (again.passOver() && !again.nextPass()) {
        break;
      }
    }

    assertThat(found).as("seed %d", seed).isEqualTo(numbers);
    assertThat(numbers).isNotEmpty();
  }

  private void note(Rows rows) {
    numbers.add(rows.numbers());
    order.addAll(rows.batch().order());
  }

  @Test
  void aRunIsOneEntryHoweverManyStretchesItTakes() {
    MemoryLog log = new MemoryLog(2, 100);
    Reading reading = new Reading(log, config(0, 1, 1), 16, log.beginning());
    for (int i = 0; i < 8; i++) {
      for (int n = 0; n < 16; n++) {
        log.append(n % 8 == 0 ? 1 : 0, Reading.example(n));
      }
      note(reading.next());
    }

    assertThat(OrderText.format(order.drain()).lines().toList())
        .startsWith("stretch 0:14,1:2", "taken 128", "stretch 0:14,1:2")
        .hasSize(9);
  }

  @Test
  void saysWhichLineIsNoDecision() {
    assertThatThrownBy(() -> OrderText.parse(List.of("taken 3", "perhaps 4")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'perhaps 4' is no decision of a reader");
  }
}
