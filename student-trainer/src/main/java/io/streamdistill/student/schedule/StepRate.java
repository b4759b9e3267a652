package io.streamdistill.student.schedule;

/**
 * The learning rate of a step: that of the schedule, times the factor of its batch's size.
 *
 * @param schedule by step
 * @param batchSize by the examples seen before
 */
public record StepRate(LearningRateSchedule schedule, BatchSize batchSize) {

  /**
   * The rate of one step.
   *
   * @param step steps before it
   * @param examplesSeen examples before it
   * @param done share of the passes that is behind its end, in [0, 1]; 0 where no end is known
   */
  public double at(long step, long examplesSeen, double done) {
    return batchSize.rateFactor(examplesSeen) * schedule.at(step, done);
  }
}
