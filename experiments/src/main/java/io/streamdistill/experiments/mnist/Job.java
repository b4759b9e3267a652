package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.ScoredSet;
import io.streamdistill.experiments.lab.StudentRecipe;
import org.jspecify.annotations.Nullable;

/**
 * A student to be trained.
 *
 * @param condition under which its result is reported
 * @param log what it reads
 * @param logName the log's part of its name
 * @param probe log of the examples that its biases are corrected on, null when they are not
 */
record Job(
    String condition,
    ScoredSet log,
    String logName,
    StudentRecipe recipe,
    long seed,
    @Nullable ScoredSet probe) {

  Job(String condition, ScoredSet log, String logName, StudentRecipe recipe, long seed) {
    this(condition, log, logName, recipe, seed, null);
  }

  /** The same with its biases corrected. */
  Job correctedOn(ScoredSet newProbe) {
    return new Job(condition, log, logName, recipe, seed, newProbe);
  }

  /** Of its own for every log, recipe and seed, and short enough for a name. */
  String student() {
    return "%s-%s-s%d".formatted(logName, recipe.key(), seed);
  }
}
