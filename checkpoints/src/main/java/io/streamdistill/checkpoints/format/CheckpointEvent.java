package io.streamdistill.checkpoints.format;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a checkpoint after its announcement: a decision of the gate, or the move of an
 * alias.
 *
 * @param version of the checkpoint; null when the alias was removed
 * @param alias that moves; null for a decision of the gate
 * @param follows offset of the alias's last move that the writer knew of, -1 for none
 * @param checks what the gate looked at; empty for moves
 */
public record CheckpointEvent(
    String student,
    CheckpointEventKind kind,
    @Nullable String version,
    @Nullable String alias,
    long follows,
    Act act,
    List<GateCheck> checks) {

  /** Copies. */
  public CheckpointEvent {
    checks = List.copyOf(checks);
  }

  /**
   * Who decided what happened, why and when.
   *
   * @param actor a user, or the gate
   */
  public record Act(String actor, String reason, Instant time) {}
}
