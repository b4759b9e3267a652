package io.streamdistill.engine;

import io.streamdistill.engine.export.Answers;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a student at one moment, which no further step changes. Taking one is quick;
 * {@link #weights} may take its time, and may be asked by another thread.
 */
public interface StudentSnapshot {

  /** The weights by their names in checkpoints. */
  SortedMap<String, Weight> weights();

  /** State of the optimizer, flat, in the layout of checkpoints; empty when it has none. */
  float[] optimizerState();

  /** Steps that the optimizer has taken. */
  int optimizerSteps();

  /** What the student said to the features that it was asked. */
  Answers answers();

  /** Which of the numbers are not finite: {@code parameters}, {@code optimizer states}; or null. */
  @Nullable String notFinite();
}
