package io.streamdistill.student.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.student.source.PassConfig.WhenDone;
import io.streamdistill.student.source.Reading.Rows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log that is followed, and gone over again while it has nothing new. */
final class RevisitsTest {

  private static PassConfig following(int visits) {
    return following(visits, 1);
  }

  private static PassConfig following(int visits, int shuffle) {
    return new PassConfig(
        0, 0, Duration.ofSeconds(2), Duration.ofSeconds(1), visits, shuffle, WhenDone.EXIT);
  }

  private static Reading reading(MemoryLog log, int visits, int batchSize) {
    return new Reading(log, following(visits), batchSize, log.beginning());
  }

  private static MemoryLog log(int partitions, int records) {
    MemoryLog log = new MemoryLog(partitions, 100);
    append(log, 0, records);
    return log;
  }

  private static void append(MemoryLog log, int from, int records) {
    int partitions = log.beginning().starts().size();
    for (int i = from; i < from + records; i++) {
      log.append(i % partitions, Reading.example(i));
    }
  }

  private static Map<Integer, Integer> visits(List<Rows> batches) {
    Map<Integer, Integer> visits = new HashMap<>();
    Reading.numbers(batches).forEach(number -> visits.merge(number, 1, Integer::sum));
    return visits;
  }

  @Test
  void tenExamplesAreABatchAsOftenAsTheyMayBeVisited() {
    MemoryLog log = log(2, 10);

    Reading reading = reading(log, 50, 16);
    List<Rows> batches = reading.all();

    assertThat(batches).hasSize(50).allMatch(rows -> rows.numbers().size() == 10);
    assertThat(batches.get(0).batch().newCount()).isEqualTo(10);
    assertThat(batches.get(1).batch().newCount()).isZero();
    assertThat(visits(batches)).hasSize(10).allSatisfy((n, v) -> assertThat(v).isEqualTo(50));
    assertThat(reading.state()).isEqualTo(LogState.RESTING);
    assertThat(reading.visits()).isEqualTo(50);
  }

  @Test
  void batchesAreFilledUpAndNoRecordIsInOneTwice() {
    MemoryLog log = log(3, 500);

    List<Rows> batches = reading(log, 6, 128).all();

    assertThat(batches).allSatisfy(rows -> assertThat(rows.numbers()).doesNotHaveDuplicates());
    assertThat(batches.subList(0, batches.size() - 1))
        .allSatisfy(rows -> assertThat(rows.numbers()).hasSize(128));
    assertThat(batches.get(3).batch().newCount()).isEqualTo(500 - 3 * 128);
    assertThat(visits(batches)).hasSize(500).allSatisfy((n, v) -> assertThat(v).isEqualTo(6));
  }

  @Test
  void oneVisitTrainsWhatWaitsAfterALinger() {
    MemoryLog log = log(1, 130);
    Reading reading = reading(log, 1, 128);
    assertThat(reading.next().numbers()).hasSize(128);
    Instant before = log.instant();

    assertThat(reading.next().numbers()).containsExactly(128, 129);

    assertThat(Duration.between(before, log.instant()))
        .isBetween(Duration.ofSeconds(1), Duration.ofMillis(1_500));
    assertThat(reading.nextIfAny()).isNull();
    assertThat(log.consumers()).as("none for earlier records").isEqualTo(1);
  }

  @Test
  void newRecordsComeFirst() {
    MemoryLog log = log(2, 200);
    Reading reading = reading(log, 50, 64);
    List<Rows> batches = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      batches.add(reading.next());
    }
    append(log, 200, 100);
    log.pass(Duration.ofMillis(20)); // how often it looks for them
    Rows next = reading.next();
    batches.add(next);

    assertThat(next.numbers()).startsWith(200, 201, 202).hasSize(64);
    assertThat(next.batch().newCount()).isEqualTo(64);

    batches.addAll(reading.all());
    assertThat(visits(batches)).hasSize(300).allSatisfy((n, v) -> assertThat(v).isEqualTo(50));
  }

  @Test
  void aTrickleFillsItsBatchesWithEarlierRecords() {
    MemoryLog log = log(1, 100);
    Reading reading = reading(log, 5, 16);
    List<Rows> batches = reading.all();
    for (int i = 0; i < 40; i++) {
      append(log, 100 + i, 1);
      log.pass(Duration.ofMillis(100L * (i % 30)));
      Rows rows = reading.next();
      batches.add(rows);
    }
    batches.addAll(reading.all());

    assertThat(visits(batches)).hasSize(140).allSatisfy((n, v) -> assertThat(v).isBetween(1, 5));
    assertThat(batches).allSatisfy(rows -> assertThat(rows.numbers()).doesNotHaveDuplicates());
  }

  @Test
  void aCheckpointStaysSmallHoweverTheLogGrows() {
    MemoryLog log = log(2, 10);
    Reading reading = reading(log, 1_000, 8);
    Random random = new Random(3);
    int appended = 10;
    for (int i = 0; i < 3_000; i++) {
      if (random.nextInt(20) == 0) {
        append(log, appended, 4);
        appended += 4;
        log.pass(Duration.ofMillis(20));
      }
      Rows rows = reading.next();
      Visits visits = rows.batch().end().visits();
      assertThat(visits.strata().size()).isLessThanOrEqualTo(Visits.MAX_STRATA);
      assertThat(visits.strata().stream().map(s -> -s.visits())).isSorted();
    }
  }

  @Test
  void recordsThatRetentionDeletedAreNotGoneOverAgain() {
    MemoryLog log = log(1, 100);
    Reading reading = reading(log, 4, 50);
    List<Rows> batches = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      batches.add(reading.next());
    }
    log.deleteBefore(0, 70);

    batches.addAll(reading.all());

    Map<Integer, Integer> visits = visits(batches);
    assertThat(visits.get(10)).isLessThan(4);
    assertThat(visits.get(70)).isEqualTo(4);
    assertThat(visits.get(99)).isEqualTo(4);
    append(log, 100, 10);
    log.deleteBefore(0, 105);
    assertThatThrownBy(reading::next)
        .isInstanceOf(LostRecordsException.class)
        .hasMessageContaining("deleted by retention or by hand")
        .hasMessageContaining("student.on-lost-records");
  }

  @Test
  void everyRecordOfEarlierBeingDeletedIsNoWork() {
    MemoryLog log = log(1, 100);
    Reading reading = reading(log, 1_000, 50);
    for (int i = 0; i < 5; i++) {
      assertThat(reading.next()).isNotNull();
    }
    log.deleteBefore(0, 100);

    assertThat(reading.all()).hasSizeLessThan(5);
    assertThat(reading.state()).isEqualTo(LogState.RESTING);
  }

  @Test
  void heldOutExamplesStayHeldOutAndRejectedRecordsAreRejectedOnce() {
    MemoryLog log = log(1, 200);
    log.append(0, new byte[] {1, 2, 3});
    Reading reading =
        new Reading(log, following(5), 32, log.beginning(), Selection.ALL, TeacherChoice.ALL, 0.2);

    List<Rows> batches = reading.all();

    Map<Integer, Integer> visits = visits(batches);
    int heldOut = 200 - visits.size();
    assertThat(heldOut).isBetween(20, 60);
    assertThat(visits).allSatisfy((n, v) -> assertThat(v).isEqualTo(5));
    assertThat(batches.stream().mapToInt(rows -> rows.batch().rejections().size()).sum())
        .isEqualTo(1);
    assertThat(reading.holdOut.filling().examples()).isEqualTo(heldOut);
  }

  @Test
  void recordsThatAreNotFitBecomeDeadLettersThoughNoBatchIsFull() {
    MemoryLog log = new MemoryLog(1, 10);
    log.append(0, new byte[] {1, 2, 3});

    Rows rows = reading(log, 50, 16).next();

    assertThat(rows.numbers()).isEmpty();
    assertThat(rows.batch().rejections()).hasSize(1);
  }

  @Test
  void whatNobodyTrainsOnIsNotGoneOverAgainAndAgain() {
    MemoryLog log = log(1, 300);
    Reading reading =
        new Reading(
            log, following(50), 32, log.beginning(), Selection.LABELLED, TeacherChoice.ALL, 0);

    assertThat(Reading.numbers(reading.all())).isEmpty();

    double passedOver =
        reading
            .registry
            .get("distill.student.passed.over")
            .tag("reason", "unlabelled")
            .counter()
            .count();
    assertThat(passedOver).isEqualTo(2 * 300);
    assertThat(reading.state()).isEqualTo(LogState.RESTING);
  }

  @Test
  void onlyNewExamplesWaitForTheEnd() {
    MemoryLog log = log(1, 100);
    Reading reading = reading(log, 50, 64);
    assertThat(reading.keepsWaiting()).isFalse();
    assertThat(reading.next().numbers()).hasSize(64);
    assertThat(reading.nextWithin(Duration.ofMillis(200))).isNull();

    assertThat(reading.keepsWaiting()).isTrue();

    append(log, 100, 100);
    assertThat(reading.keepsWaiting()).as("there is more to fill the batch").isFalse();
  }

  @Test
  void passesOfBeforeCountAsVisits() {
    MemoryLog log = log(2, 100);
    PassConfig passes = new PassConfig(3, 0, WhenDone.EXIT);
    Reading before = new Reading(log, passes, 64, log.beginning());
    List<Rows> batches = before.all();
    LogPosition done = LogPosition.fromState(before.position().toState());

    Reading reading = new Reading(log, following(5), 64, done);
    List<Rows> more = reading.all();

    assertThat(batches.size()).isEqualTo(3 * 2);
    assertThat(visits(more)).hasSize(100).allSatisfy((n, v) -> assertThat(v).isEqualTo(2));
    assertThat(more).allMatch(rows -> rows.batch().newCount() == 0);
  }

  /** Wherever a trainer is killed, it goes on with the batch that would have come next. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void goesOnAfterAKillAsIfNothingHadHappened(long seed) {
    Random random = new Random(seed);
    int partitions = 1 + random.nextInt(4);
    MemoryLog log = new MemoryLog(partitions, 1 + random.nextInt(40));
    int records = 1 + random.nextInt(150);
    for (int i = 0; i < records; i++) {
      int partition = (int) (partitions * Math.pow(random.nextDouble(), 2));
      log.append(partition, random.nextInt(30) == 0 ? new byte[3] : Reading.example(i));
      if (random.nextInt(5) == 0) {
        log.appendMarker(partition);
      }
    }
    int batchSize = 1 + random.nextInt(60);
    PassConfig config = following(1 + random.nextInt(20), 1 + random.nextInt(80));
    List<List<Integer>> expected = new ArrayList<>();
    reader(log, config, batchSize, log.beginning())
        .all()
        .forEach(rows -> expected.add(rows.numbers()));

    List<List<Integer>> numbers = new ArrayList<>();
    Reading reading = reader(log, config, batchSize, log.beginning());
    for (Rows rows = reading.nextIfAny(); rows != null; rows = reading.nextIfAny()) {
      numbers.add(rows.numbers());
      if (random.nextInt(5) == 0) {
        LogPosition position = LogPosition.fromState(rows.batch().end().toState());
        reading = reader(log, config, batchSize, position);
      }
    }

    assertThat(numbers).as("seed %d", seed).isEqualTo(expected);
    assertThat(new HashSet<>(numbers.stream().flatMap(List::stream).toList())).isNotEmpty();
  }

  private static Reading reader(MemoryLog log, PassConfig config, int batchSize, LogPosition from) {
    return new Reading(log, config, batchSize, from, Selection.ALL, TeacherChoice.ALL, 0.1);
  }
}
