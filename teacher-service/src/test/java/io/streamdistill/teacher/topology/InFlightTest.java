package io.streamdistill.teacher.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class InFlightTest {

  private static final TopicPartition A = new TopicPartition("t", 0);
  private static final TopicPartition B = new TopicPartition("t", 1);

  private final InFlight inFlight = new InFlight(1000);

  @Test
  void isFullUntilRecordsAreFinished() {
    inFlight.add(A, 700);
    inFlight.add(B, 300);
    assertThat(inFlight.isFull()).isTrue();
    assertThat(inFlight.room()).isZero();

    inFlight.remove(A, 100);

    assertThat(inFlight.isFull()).isFalse();
    assertThat(inFlight.room()).isEqualTo(100);
  }

  @Test
  void forgetsAPartitionThatGoesElsewhere() {
    inFlight.add(A, 1000);
    inFlight.add(B, 1000);

    inFlight.forget(A);
    inFlight.remove(A, 500);

    assertThat(inFlight.room()).isZero();
    inFlight.remove(B, 5000);
    assertThat(inFlight.isEmpty()).isTrue();
  }

  @Test
  void hasARoomThatSuitsTheHeap() {
    assertThat(InFlight.ofHeap().budget())
        .isBetween(16L << 20, Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 4));
  }
}
