package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.GateProgress;
import io.streamdistill.schema.CheckpointEvent;
import io.streamdistill.schema.CheckpointEventKind;
import io.streamdistill.schema.CheckpointPublished;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What stands between a student and an alias of it, in words.
 *
 * @param newest checkpoint of the student
 * @param reason why the alias does not stand for it
 */
record Awaited(CheckpointPublished newest, String reason) {

  /**
   * Finds out.
   *
   * @param announced of the student, oldest first, not empty
   * @param events of the student, oldest first
   */
  static Awaited of(
      String alias, List<CheckpointPublished> announced, List<CheckpointEvent> events) {
    CheckpointPublished newest = announced.get(announced.size() - 1);
    return new Awaited(
        newest, alias.equals(Alias.CHAMPION) ? gate(newest, events) : "nobody has moved the alias");
  }

  private static String gate(CheckpointPublished newest, List<CheckpointEvent> events) {
    Optional<GateProgress> progress = GateProgress.of(newest.getMetrics());
    if (progress.isPresent() && progress.get().isWaiting()) {
      return "the gate has " + progress.get();
    }
    Optional<CheckpointEvent> refused =
        events.stream()
            .filter(event -> event.getKind() == CheckpointEventKind.GATE_FAILED)
            .reduce((older, newer) -> newer);
    if (refused.isPresent()) {
      return "the gate refused %s: %s"
          .formatted(refused.get().getVersion(), refused.get().getReason());
    }
    return progress.isPresent()
        ? "the gate has not judged it yet"
        : "no gate has judged it (student.gate.hold-out-share is 0, or it is of an older release)";
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "the newest checkpoint is %s, after %,d examples; %s",
        newest.getVersion(),
        newest.getExamplesSeen(),
        reason);
  }
}
