package io.streamdistill.checkpoints.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointEvent;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.GateProgress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AwaitedTest {

  private static Announcement announced(String version, Map<String, Double> metrics) {
    return new Announcement(
        new CheckpointId("small", version),
        null,
        new Announcement.Training(10, 1_234, 0, "soft-targets", Map.of(), List.of(), "cafe"),
        metrics,
        "kafka:checkpoint-files/small/" + version,
        List.of(),
        Instant.EPOCH);
  }

  private static CheckpointEvent refused(String version) {
    return new CheckpointEvent(
        "small",
        CheckpointEventKind.GATE_FAILED,
        version,
        null,
        -1L,
        new CheckpointEvent.Act("gate", "agreement-floor: 0.4 is below 0.5", Instant.EPOCH),
        List.of());
  }

  @Test
  void saysHowManyExamplesTheGateStillWaitsFor() {
    Awaited awaited =
        Awaited.of(
            Alias.CHAMPION,
            List.of(
                announced("v1", Map.of()),
                announced("v2", Map.of(GateProgress.EXAMPLES, 3.0, GateProgress.REQUIRED, 5.0))),
            List.of(refused("v1")));

    assertThat(awaited)
        .hasToString(
            "the newest checkpoint is v2, after 1,234 examples; the gate has 3 of 5 held-out examples");
  }

  @Test
  void saysWhatTheGateRefusedLast() {
    Map<String, Double> full = Map.of(GateProgress.EXAMPLES, 9.0, GateProgress.REQUIRED, 5.0);

    assertThat(
            Awaited.of(
                    Alias.CHAMPION,
                    List.of(announced("v2", full)),
                    List.of(refused("v1"), refused("v2")))
                .reason())
        .isEqualTo("the gate refused v2: agreement-floor: 0.4 is below 0.5");
    assertThat(Awaited.of(Alias.CHAMPION, List.of(announced("v2", full)), List.of()).reason())
        .isEqualTo("the gate has not judged it yet");
  }

  @Test
  void nobodyButPeopleMovesOtherAliases() {
    assertThat(Awaited.of("golden", List.of(announced("v1", Map.of())), List.of()).reason())
        .isEqualTo("nobody has moved the alias");
  }
}
