package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointEvent;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.GateProgress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What stands between a student and an alias of it, in words.
 *
 * @param newest checkpoint of the student
 * @param reason why the alias does not stand for it
 */
record Awaited(Announcement newest, String reason) {

  /**
   * Finds out.
   *
   * @param announced of the student, oldest first, not empty
   * @param events of the student, oldest first
   */
  static Awaited of(String alias, List<Announcement> announced, List<CheckpointEvent> events) {
    Announcement newest = announced.get(announced.size() - 1);
    return new Awaited(
        newest, alias.equals(Alias.CHAMPION) ? gate(newest, events) : "nobody has moved the alias");
  }

  private static String gate(Announcement newest, List<CheckpointEvent> events) {
    Optional<GateProgress> progress = GateProgress.of(newest.metrics());
    if (progress.isPresent() && progress.get().isWaiting()) {
      return "the gate has " + progress.get();
    }
    Optional<CheckpointEvent> refused =
        events.stream()
            .filter(event -> event.kind() == CheckpointEventKind.GATE_FAILED)
            .reduce((older, newer) -> newer);
    if (refused.isPresent()) {
      return "the gate refused %s: %s"
          .formatted(refused.get().version(), refused.get().act().reason());
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
        newest.version(),
        newest.examplesSeen(),
        reason);
  }
}
