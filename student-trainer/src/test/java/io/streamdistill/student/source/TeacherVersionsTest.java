package io.streamdistill.student.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.streamdistill.config.ConfigException;
import io.streamdistill.student.source.PassConfig.WhenDone;
import io.streamdistill.student.source.Reading.Rows;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Teachers come and go while a student learns. */
final class TeacherVersionsTest {

  private static final PassConfig TWO_PASSES = new PassConfig(2, 0, WhenDone.EXIT);
  private static final TeacherChoice NEWEST = new TeacherChoice(List.of("newest"));

  /** 40 examples of the first teacher, then 30 of the second, with a straggler of the first. */
  private static MemoryLog log() {
    MemoryLog log = new MemoryLog(1, 100);
    for (int i = 0; i < 40; i++) {
      log.append(0, Reading.example(i, "v1", null));
    }
    for (int i = 40; i < 70; i++) {
      log.append(0, Reading.example(i, i == 50 ? "v1" : "v2", null));
    }
    return log;
  }

  private static Reading reading(MemoryLog log, LogPosition from, TeacherChoice choice) {
    return new Reading(log, TWO_PASSES, 16, from, Selection.ALL, choice, 0);
  }

  private static long trained(List<Rows> batches, String teacher) {
    return batches.stream()
        .mapToLong(rows -> rows.batch().rowsByTeacher().getOrDefault(teacher, 0))
        .sum();
  }

  @Test
  void allAreTrainedOnAndCounted() {
    MemoryLog log = log();
    Reading reading = reading(log, log.beginning(), TeacherChoice.ALL);
    List<Rows> batches = reading.all();

    assertThat(trained(batches, "v1")).isEqualTo(2 * 41);
    assertThat(trained(batches, "v2")).isEqualTo(2 * 29);
    assertThat(reading.position().teachers().seen())
        .containsExactly(
            new TeachersSeen.Seen("v1", 0, 0, 41), new TeachersSeen.Seen("v2", 0, 40, 29));
  }

  @Test
  void theNewestCountsFromWhereItWasMetAndInEveryLaterPass() {
    MemoryLog log = log();
    Reading reading = reading(log, log.beginning(), NEWEST);
    List<Rows> batches = reading.all();

    assertThat(trained(batches, "v1")).isEqualTo(40);
    assertThat(trained(batches, "v2")).isEqualTo(2 * 29);
    assertThat(
            reading
                .registry
                .get("distill.student.passed.over")
                .tag("reason", "other-teacher")
                .counter()
                .count())
        .isEqualTo(1 + 41);
  }

  @Test
  void whoWasMetIsPartOfThePosition() {
    MemoryLog log = log();
    List<Integer> expected = Reading.numbers(reading(log, log.beginning(), NEWEST).all());
    Reading killed = reading(log, log.beginning(), NEWEST);
    List<Rows> before = List.of(killed.next(), killed.next(), killed.next(), killed.next());
    LogPosition position = LogPosition.fromState(killed.position().toState());

    List<Integer> after = Reading.numbers(reading(log, position, NEWEST).all());

    assertThat(position.teachers().seen()).hasSize(2);
    assertThat(Reading.numbers(before).size() + after.size()).isEqualTo(expected.size());
    assertThat(after).isEqualTo(expected.subList(Reading.numbers(before).size(), expected.size()));
  }

  @Test
  void listedOnesAreTrainedOnAndNoOthers() {
    MemoryLog log = log();
    List<Rows> batches =
        reading(log, log.beginning(), new TeacherChoice(List.of("v2", "v3"))).all();

    assertThat(trained(batches, "v1")).isZero();
    assertThat(trained(batches, "v2")).isEqualTo(2 * 29);
  }

  @Test
  void theHoldOutIsOfTheTeachersThatAreTrainedOn() {
    MemoryLog log = log();
    Reading reading = new Reading(log, TWO_PASSES, 16, log.beginning(), Selection.ALL, NEWEST, 0.5);
    List<Rows> batches = reading.all();
    long ofNewest = trained(batches, "v2") / 2;

    assertThat(reading.holdOut.filling().examples()).isEqualTo((int) (29 - ofNewest));
    assertThat(reading.holdOut.filling().stream()).isEqualTo(29);
  }

  @Test
  void aVersionForEveryRecordFillsNeitherCheckpointsNorMetrics() {
    MemoryLog log = new MemoryLog(1, 100);
    for (int i = 0; i < 500; i++) {
      log.append(0, Reading.example(i, "v:" + i, null));
    }
    Reading reading = reading(log, log.beginning(), TeacherChoice.ALL);
    reading.all();

    Map<String, String> state = reading.position().toState();
    assertThat(LogPosition.fromState(state)).isEqualTo(reading.position());
    TeachersSeen teachers = reading.position().teachers();
    assertThat(teachers.seen()).hasSize(TeachersSeen.MAX_SEEN);
    assertThat(reading.registry.find("distill.student.teacher.examples").counters())
        .hasSize(8)
        .extracting(Meter::getId)
        .anyMatch(id -> "v:499".equals(id.getTag("version")));
  }

  @Test
  void aCheckpointOfBeforeKnowsNoTeachers() {
    MemoryLog log = log();
    Reading reading = reading(log, log.beginning(), TeacherChoice.ALL);
    reading.all();
    Map<String, String> state = reading.position().toState();
    state.keySet().removeIf(key -> key.startsWith("teacher"));

    assertThat(LogPosition.fromState(state).teachers()).isEqualTo(new TeachersSeen(70, List.of()));
  }

  @Test
  void refusesWhatIsNoChoice() {
    assertThatThrownBy(() -> new TeacherChoice(List.of("newest", "v1")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.teacher-versions must be all, newest, or a list");
    assertThatThrownBy(() -> new TeacherChoice(List.of())).isInstanceOf(ConfigException.class);
  }
}
