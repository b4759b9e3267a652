package io.streamdistill.student.learning;

import io.streamdistill.checkpoints.format.LearningRecord;
import java.util.Locale;

/** Whether a student learns. */
public enum LearningState {
  /** Too early to tell. */
  STARTING,
  /** It is better than always giving the same answer, or was. */
  LEARNING,
  /** For a long time it has been no better than always giving the same answer. */
  STALLED,
  /** It is much worse than always giving the same answer, or gives no numbers at all. */
  DIVERGED;

  /** The state that a manifest names; one that this build does not know is no healthy one. */
  public static LearningState of(LearningRecord learning) {
    for (LearningState state : values()) {
      if (state.label().equals(learning.state())) {
        return state;
      }
    }
    return STALLED;
  }

  /** As metrics, manifests and messages name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a checkpoint in this state may be deployed. */
  public boolean isHealthy() {
    return this == STARTING || this == LEARNING;
  }
}
