package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.LearningRecord;
import java.util.Map;

/** Judges what was published. */
public interface Judge {

  /** A checkpoint, its model, and how learning went until then. */
  void judge(CheckpointId id, byte[] model, LearningRecord learning);

  /** What checkpoints will be judged on, as metrics by name. */
  Map<String, Double> metrics();
}
