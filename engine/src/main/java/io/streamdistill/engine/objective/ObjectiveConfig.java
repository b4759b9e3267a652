package io.streamdistill.engine.objective;

/** An objective, before it is known of how many classes. */
public interface ObjectiveConfig {

  /** Builds it. */
  Objective objective(int classes);

  /** Softmax temperature T at which it takes the teacher's distributions, > 0, no unit. */
  double temperature();

  /** Unit s that the output layer is trained in, > 0, no unit; 1 is that of the logits. */
  double logitScale();

  /** Whether it learns nothing from a record without a label. */
  boolean isOfLabelsAlone();

  /**
   * Its share, in [0, 1], of what was measured of the teacher: what a student loses that always
   * gives the same answer.
   */
  double softShare();

  /** What labels add to the loss of a student that gives every class alike, in nats. */
  double blankLabelLoss(int classes);
}
