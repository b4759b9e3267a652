package io.streamdistill.experiments.lab;

import io.streamdistill.student.schedule.OptimizerSettings;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How a student is trained: a linear warm-up of the learning rate, then a cosine to zero.
 *
 * @param hidden units of each hidden layer
 * @param temperature T of the soft term
 * @param hardWeight share of the hard term, in [0, 1]; 0 uses no label, 1 uses labels only
 * @param optimizer with momentum 0.9, or Adam's usual moments
 * @param learningRate after the warm-up
 * @param warmUp share of all steps that the warm-up takes, in [0, 1)
 * @param batch records per step
 * @param passes over the log
 * @param weightDecay decoupled
 */
public record StudentRecipe(
    List<Integer> hidden,
    double temperature,
    double hardWeight,
    OptimizerSettings.Type optimizer,
    double learningRate,
    double warmUp,
    int batch,
    int passes,
    double weightDecay) {

  private static final double MOMENTUM = 0.9;

  /** The same with another net. */
  public StudentRecipe withHidden(Integer... units) {
    return new StudentRecipe(
        List.of(units),
        temperature,
        hardWeight,
        optimizer,
        learningRate,
        warmUp,
        batch,
        passes,
        weightDecay);
  }

  /** The same with another objective. */
  public StudentRecipe withObjective(double newTemperature, double newHardWeight) {
    return new StudentRecipe(
        hidden,
        newTemperature,
        newHardWeight,
        optimizer,
        learningRate,
        warmUp,
        batch,
        passes,
        weightDecay);
  }

  /** The same with another optimizer. */
  public StudentRecipe withOptimizer(OptimizerSettings.Type newOptimizer, double newLearningRate) {
    return new StudentRecipe(
        hidden,
        temperature,
        hardWeight,
        newOptimizer,
        newLearningRate,
        warmUp,
        batch,
        passes,
        weightDecay);
  }

  /** The same with another learning rate. */
  public StudentRecipe withLearningRate(double newLearningRate) {
    return withOptimizer(optimizer, newLearningRate);
  }

  /** The same with another size of the batches. */
  public StudentRecipe withBatch(int newBatch) {
    return new StudentRecipe(
        hidden,
        temperature,
        hardWeight,
        optimizer,
        learningRate,
        warmUp,
        newBatch,
        passes,
        weightDecay);
  }

  /** The same with another number of passes. */
  public StudentRecipe withPasses(int newPasses) {
    return new StudentRecipe(
        hidden,
        temperature,
        hardWeight,
        optimizer,
        learningRate,
        warmUp,
        batch,
        newPasses,
        weightDecay);
  }

  /** Tells recipes apart in the names of students, in few letters. */
  public String key() {
    return String.format(
        Locale.ROOT,
        "%s-%08x",
        hidden.stream().map(String::valueOf).collect(Collectors.joining("x")),
        toString().hashCode());
  }

  /**
   * The settings of the student-trainer, as {@code StudentConfig.of} takes them.
   *
   * @param examples records in a pass
   */
  List<String> settings(String name, long seed, long examples) {
    long steps = passes * ((examples + batch - 1) / batch);
    long warmUpSteps = (long) (warmUp * steps);
    return List.of(
        "name=" + name,
        "network.hidden=" + hidden,
        "features.standardise=off",
        "optimizer.type=" + optimizer.name().toLowerCase(Locale.ROOT),
        "optimizer.momentum=" + MOMENTUM,
        "optimizer.weight-decay=" + weightDecay,
        "learning-rate.base=" + learningRate,
        "learning-rate.warmup-steps=" + warmUpSteps,
        "learning-rate.decay=cosine",
        "learning-rate.decay-steps=" + Math.max(1, steps - warmUpSteps),
        "objective.temperature=" + temperature,
        "objective.hard-weight=" + hardWeight,
        "objective.sharp-weight=0",
        "objective.logit-scale=1",
        "objective.clip=" + Double.MAX_VALUE,
        "select=" + (hardWeight == 1 ? "labelled" : "all"),
        "batch-size=" + batch,
        "seed=" + seed,
        "threads=1",
        "learning.recoveries=0",
        "learning.patience=" + Long.MAX_VALUE,
        "log.passes=" + passes,
        "log.pass-examples=" + examples,
        "log.visits=1",
        "log.shuffle=1",
        "gate.hold-out-share=0",
        "http.port=0");
  }
}
