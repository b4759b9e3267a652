package io.streamdistill.teacher.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DeadlineTest {

  private final Deadline deadline = new Deadline(Duration.ofMillis(100));

  @BeforeEach
  void firstRecord() {
    deadline.begin(1000);
  }

  @Test
  void isALingerAfterTheOldestTimestamp() {
    deadline.add(1030);
    deadline.add(970);
    deadline.add(980);

    assertThat(deadline.due(0)).isEqualTo(1070);
    assertThat(deadline.due(15)).isEqualTo(1055);
  }

  @Test
  void leavesABacklogHalfALingerToFill() {
    deadline.add(5);

    assertThat(deadline.due(0)).isEqualTo(1050);
  }

  @Test
  void waitsNoLongerForATimestampOfTheFuture() {
    deadline.add(99_000);

    assertThat(deadline.due(0)).isEqualTo(1100);
  }

  @Test
  void forgetsTheBatchBefore() {
    deadline.add(5);
    deadline.begin(2000);
    deadline.add(2000);

    assertThat(deadline.due(0)).isEqualTo(2100);
  }
}
