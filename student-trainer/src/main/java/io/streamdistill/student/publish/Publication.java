package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.student.source.ReadingOrder.Entry;
import io.streamdistill.student.source.Rejection;
import java.util.List;
import java.util.Map;

/**
 * What a checkpoint says beside the numbers of the student.
 *
 * @param progress how far training has come
 * @param rejections records met since the last checkpoint that were not fit
 * @param metrics prequential figures by name
 * @param learning how learning went until now
 * @param order what was decided while the log was read since the last checkpoint
 * @param orderStep training steps taken until the last checkpoint
 */
public record Publication(
    Progress progress,
    List<Rejection> rejections,
    Map<String, Double> metrics,
    LearningRecord learning,
    List<Entry> order,
    long orderStep) {

  /** Copies. */
  public Publication {
    rejections = List.copyOf(rejections);
    metrics = Map.copyOf(metrics);
    order = List.copyOf(order);
  }
}
