package io.streamdistill.checkpoints.format;

import java.util.List;

/**
 * How a student's learning went until a checkpoint.
 *
 * @param state at that moment: {@code starting}, {@code learning}, {@code stalled} or {@code
 *     diverged}
 * @param detail what the state was judged by, in words
 * @param recoveries how often training diverged and went back, oldest first
 */
public record LearningRecord(String state, String detail, List<Recovery> recoveries) {

  /** Copies. */
  public LearningRecord {
    recoveries = List.copyOf(recoveries);
  }

  /**
   * Training diverged and went back to an earlier state, at a lower rate.
   *
   * @param step at which it was found to have diverged
   * @param backTo step of the state that it went back to
   * @param rateFactor that the learning rate is multiplied by from there on, in (0, 1)
   * @param reason what was found
   */
  public record Recovery(long step, long backTo, double rateFactor, String reason) {}

  /** What the learning rate is multiplied by: the factor of the last recovery, or 1. */
  public double rateFactor() {
    return recoveries.isEmpty() ? 1 : recoveries.get(recoveries.size() - 1).rateFactor();
  }
}
