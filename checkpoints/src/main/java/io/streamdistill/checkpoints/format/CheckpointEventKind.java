package io.streamdistill.checkpoints.format;

/** What can happen to a checkpoint. */
public enum CheckpointEventKind {
  /** The gate lets it become champion. */
  GATE_PASSED,
  /** The gate refuses it. */
  GATE_FAILED,
  /** An alias moves on to it. */
  PROMOTED,
  /** An alias goes back to it. */
  ROLLED_BACK,
  /** An alias stays with it, whatever the gate says. */
  PINNED,
  /** The gate may move the alias again. */
  RELEASED,
  /** The alias stands for nothing any more. */
  REMOVED
}
