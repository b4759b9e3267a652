package io.streamdistill.teacher.engine;

/** How the distributions of an ensemble's members become one. */
public enum Combination {
  /** Weighted mean of the members' distributions at the temperature of the targets. */
  ARITHMETIC,
  /** Softmax of the weighted mean of the members' logits. */
  GEOMETRIC
}
