package io.streamdistill.student.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.student.source.PassConfig.WhenDone;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passes over a log, with an end that Kafka is asked for. */
final class PassesTest {

  private static PassConfig passes(int passes) {
    return passes(passes, 0);
  }

  private static PassConfig passes(int passes, long examples) {
    return new PassConfig(passes, examples, WhenDone.EXIT);
  }

  private static Reading reading(MemoryLog log, PassConfig config) {
    return new Reading(log, config, 128, log.beginning());
  }

  /** So many records in each partition; a number says where a record is. */
  private static MemoryLog log(int... records) {
    MemoryLog log = new MemoryLog(records.length, 500);
    for (int partition = 0; partition < records.length; partition++) {
      append(log, partition, records[partition]);
    }
    return log;
  }

  private static void append(MemoryLog log, int partition, int records) {
    for (int i = 0; i < records; i++) {
      log.append(partition, Reading.example(100_000 * partition + (int) log.end(partition)));
    }
  }

  @Test
  void aFinishedLogIsWatchedForTwoSecondsOnceHoweverUnequallyItIsFilled() {
    MemoryLog log = log(5_000, 0, 3_999, 1);

    List<Reading.Rows> batches = reading(log, passes(3)).all();

    assertThat(log.instant()).isBefore(Instant.EPOCH.plusMillis(2_500));
    List<Integer> numbers = Reading.numbers(batches);
    assertThat(numbers).hasSize(3 * 9_000);
    List<Integer> first = numbers.subList(0, 9_000);
    assertThat(first).doesNotHaveDuplicates().startsWith(0, 200_000, 300_000, 1, 200_001, 2);
    assertThat(numbers.subList(9_000, 18_000)).isEqualTo(first);
    assertThat(numbers.subList(18_000, 27_000)).isEqualTo(first);
  }

  private static PassConfig shuffled(int passes, int window) {
    return new PassConfig(
        passes, 0, Duration.ofSeconds(2), Duration.ofSeconds(1), 1, window, WhenDone.EXIT);
  }

  @Test
  void fromTheSecondPassOnOthersMeetInABatchAndEachOncePerPass() {
    List<Integer> numbers = Reading.numbers(reading(log(900, 0, 150), shuffled(3, 100)).all());

    List<Integer> first = numbers.subList(0, 1_050);
    assertThat(first).startsWith(0, 200_000, 1, 2, 3, 4, 5, 6, 200_001);
    for (int pass = 1; pass < 3; pass++) {
      for (int from = 0; from < 1_050; from += 100) {
        int to = Math.min(1_050, from + 100);
        List<Integer> window = numbers.subList(pass * 1_050 + from, pass * 1_050 + to);
        List<Integer> ordered = first.subList(from, to);
        assertThat(window).containsExactlyInAnyOrderElementsOf(ordered).isNotEqualTo(ordered);
      }
    }
    assertThat(numbers.subList(1_050, 1_150)).isNotEqualTo(numbers.subList(2_100, 2_200));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void goesOnWithinAShuffledWindowAsIfNothingHadHappened(long seed) {
    Random random = new Random(seed);
    MemoryLog log = log(random.nextInt(900), 1 + random.nextInt(100), random.nextInt(30));
    PassConfig config = shuffled(1 + random.nextInt(4), 1 + random.nextInt(300));
    List<Integer> expected = Reading.numbers(reading(log, config).all());

    List<Integer> numbers = new ArrayList<>();
    Reading reading = reading(log, config);
    for (boolean more = true; more; ) {
      numbers.addAll(reading.next().numbers());
      more = !reading.passOver() || reading.nextPass();
      if (more && random.nextInt(3) == 0) {
        LogPosition position = LogPosition.fromState(reading.position().toState());
        reading = new Reading(log, config, 128, position);
      }
    }

    assertThat(numbers).as("seed %d", seed).isEqualTo(expected);
  }

  @Test
  void onePassEnds() {
    MemoryLog log = log(300);
    Reading reading = reading(log, passes(1));

    assertThat(Reading.numbers(reading.all())).hasSize(300);
    assertThat(passes(1).completedBy(reading.position())).isTrue();
  }

  @Test
  void markersAndGapsAtTheEndAreNoRecordsToWaitFor() {
    MemoryLog log = log(200, 10);
    log.appendMarker(0);
    append(log, 0, 5);
    log.appendMarker(0);
    log.appendMarker(1);
    log.appendMarker(1);

    List<Reading.Rows> batches = reading(log, passes(2)).all();

    assertThat(Reading.numbers(batches)).hasSize(2 * 215);
    assertThat(log.instant()).isBefore(Instant.EPOCH.plusMillis(2_500));
  }

  @Test
  void anEmptyLogIsWaitedFor() {
    MemoryLog log = log(0, 0);
    Reading reading = reading(log, passes(2));

    assertThat(reading.nextIfAny()).isNull();

    append(log, 1, 40);
    assertThat(Reading.numbers(reading.all())).hasSize(80);
  }

  @Test
  void theFirstPassGoesOnForAsLongAsTheLogGrows() {
    MemoryLog log = log(100);
    Reading reading = reading(log, passes(2));
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 20; i++) { // a teacher at work, whom nobody can outrun
      append(log, 0, 128);
      log.pass(Duration.ofMillis(1_500));
      numbers.addAll(reading.next().numbers());
      assertThat(reading.passOver()).isFalse();
    }

    numbers.addAll(Reading.numbers(reading.all()));

    assertThat(numbers).hasSize(2 * (100 + 20 * 128));
  }

  @Test
  void whatComesAfterTheFirstPassIsNoPartOfThePasses() {
    MemoryLog log = log(100);
    Reading reading = reading(log, passes(2));
    assertThat(reading.next().numbers()).hasSize(100);
    assertThat(reading.passOver()).isTrue();
    append(log, 0, 50);

    assertThat(reading.nextPass()).isTrue();
    assertThat(reading.next().numbers()).hasSize(100);
    assertThat(reading.passOver()).isTrue();
    assertThat(reading.nextPass()).isFalse();
  }

  @Test
  void aBrokerThatIsAwayEndsNoPass() {
    MemoryLog log = log(100);
    log.setAway(true);
    Reading reading = reading(log, passes(1));

    assertThat(reading.nextIfAny()).isNull();

    log.setAway(false);
    assertThat(reading.all()).hasSize(1);
  }

  @Test
  void aPassOfKnownSizeWaitsForNoPartitionThatHasNothingMore() {
    MemoryLog log = log(5_000, 0, 4_000);

    List<Reading.Rows> batches = reading(log, passes(2, 9_000)).all();

    assertThat(Reading.numbers(batches)).hasSize(18_000);
    assertThat(log.instant()).isBefore(Instant.EPOCH.plusMillis(2_500));
  }

  @Test
  void aPassOfKnownSizeTakesWhatIsThereAndEndsWithItsLastRecord() {
    MemoryLog growing = log(3_000, 0, 3_900); // more offsets than records
    IntStream.range(0, 3_000).forEach(i -> growing.appendMarker(1));
    Reading reading = reading(growing, new PassConfig(2, 9_000, WhenDone.EXIT));
    List<Integer> numbers = new ArrayList<>();
    for (Reading.Rows rows = reading.nextIfAny(); rows != null; rows = reading.nextIfAny()) {
      numbers.addAll(rows.numbers());
    }
    assertThat(numbers).as("the rest waits for a whole batch").hasSize(6_900 / 128 * 128);

    for (int i = 0; i < 100; i++) {
      growing.append(1, Reading.example(100_000 + i));
    }
    append(growing, 0, 2_500);
    numbers.addAll(Reading.numbers(reading.all()));

    assertThat(numbers).hasSize(18_000);
    assertThat(numbers.subList(0, 9_000))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(numbers.subList(9_000, 18_000));
  }

  @Test
  void nothingIsWaitedForWhereOthersHaveRecords() {
    MemoryLog log = log(10, 0, 0);
    Reading reading = reading(log, passes(1));
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      append(log, 0, 128);
      Instant before = log.instant();
      numbers.addAll(reading.next().numbers());
      assertThat(log.instant()).as("batch %d", i).isEqualTo(before);
    }

    assertThat(numbers).hasSize(12_800);
  }

  @Test
  void goesOnInAPassWhereACheckpointOfBeforeHasNoEnds() {
    MemoryLog log = log(100, 60);
    LogPosition start = log.beginning();
    TreeMap<Integer, Long> ends = new TreeMap<>();
    ends.put(0, 100L);
    ends.put(1, 60L);
    LogPosition second =
        new LogPosition(
            start.topicId(),
            1,
            0,
            0,
            start.starts(),
            start.starts(),
            start.starts(),
            new TreeMap<>(),
            ends,
            Visits.NONE,
            TeachersSeen.NONE);
    append(log, 0, 500);

    Reading reading = new Reading(log, passes(2), 128, second);

    assertThat(Reading.numbers(reading.all())).hasSize(160);
  }

  @Test
  void saysWhichRecordsAreGone() {
    MemoryLog log = log(100);
    LogPosition start = log.beginning();
    log.deleteBefore(0, 10);

    assertThatThrownBy(() -> new Reading(log, passes(1), 128, start).next())
        .isInstanceOf(LostRecordsException.class)
        .hasMessageContaining("partition 0: 10 records, offsets 0 to 9")
        .hasMessageContaining("deleted by retention or by hand")
        .hasMessageContaining("student.on-lost-records");
  }

  /** Wherever a trainer is killed, it goes on with the batch that would have come next. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 20, 40, 71, 72, 100})
  void goesOnAfterAKill(int batchesBefore) {
    MemoryLog log = log(5_000, 0, 3_999, 1);
    List<Integer> expected = Reading.numbers(reading(log, passes(2)).all());
    Reading killed = reading(log, passes(2));
    List<Integer> numbers = new ArrayList<>();
    LogPosition position = log.beginning();
    for (int i = 0; i < batchesBefore; i++) {
      Reading.Rows rows = killed.next();
      numbers.addAll(rows.numbers());
      position = rows.batch().end();
      if (killed.passOver()) {
        assertThat(killed.nextPass()).isTrue();
        position = killed.position();
      }
    }

    Reading resumed = new Reading(log, passes(2), 128, LogPosition.fromState(position.toState()));
    numbers.addAll(Reading.numbers(resumed.all()));

    assertThat(numbers).isEqualTo(expected);
  }
}
