package io.streamdistill.checkpoints.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CheckpointVersionTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00.123456Z");

  @Test
  void readsAsTimeStepAndSuffix() {
    String version = CheckpointVersion.next(null, 1_500, NOW, new Random(1));

    assertThat(version).matches("20260131T120000123Z-s000000001500-[0-9a-f]{6}");
    assertThat(new CheckpointId("student", version).version()).isEqualTo(version);
  }

  @Test
  void isToldApartFromNamesThatSomebodyGave() {
    assertThat(CheckpointVersion.isGenerated(CheckpointVersion.next(null, 0, NOW, new Random(1))))
        .isTrue();
    assertThat(CheckpointVersion.isGenerated("v1")).isFalse();
    assertThat(CheckpointVersion.isGenerated("20260131T120000123Z-archive")).isFalse();
  }

  @Test
  void sortsInOrderOfPublicationWhateverClockAndStepDo() {
    SplittableRandom random = new SplittableRandom(3);
    String newest = CheckpointVersion.next(null, 100, NOW, random);
    for (int i = 0; i < 10_000; i++) {
      Instant time = NOW.plusMillis(random.nextInt(-5_000, 5_000));
      long step = random.nextLong(1_000_000_000_000L);

      String next = CheckpointVersion.next(newest, step, time, random);

      assertThat(next).isGreaterThan(newest);
      newest = next;
    }
  }

  @Test
  void differsForTwoTrainersAtTheSameStepAndTime() {
    Random random = new Random(5);
    Set<String> versions = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      versions.add(CheckpointVersion.next(null, 7, NOW, random));
    }

    assertThat(versions).hasSize(100);
  }

  @Test
  void acceptsAPredecessorNamedByHand() {
    assertThat(CheckpointVersion.next("v1", 7, NOW, new Random(1)))
        .startsWith("20260131T120000123Z");
  }
}
