package io.streamdistill.experiments.lab;

import io.streamdistill.config.AutoNumber;
import io.streamdistill.engine.StudentEngines;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.observe.HttpConfig;
import io.streamdistill.student.LearningRateSettings.DecayType;
import io.streamdistill.student.LimitsConfig;
import io.streamdistill.student.StudentConfig;
import io.streamdistill.student.calibrate.BiasCorrectionConfig;
import io.streamdistill.student.gate.GateConfig;
import io.streamdistill.student.learning.LearningConfig;
import io.streamdistill.student.publish.CheckpointConfig;
import io.streamdistill.student.scale.InputConfig;
import io.streamdistill.student.scale.ObjectiveSettings;
import io.streamdistill.student.schedule.LearningRateSettings;
import io.streamdistill.student.schedule.OptimizerSettings;
import io.streamdistill.student.source.PassConfig;
import io.streamdistill.student.source.Selection;
import io.streamdistill.student.source.TeacherChoice;
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
    OptimizerType optimizer,
    double learningRate,
    double warmUp,
    int batch,
    int passes,
    double weightDecay) {

  private static final double MOMENTUM = 0.9;
  private static final double MAX_WEIGHT = 1_000;

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
  public StudentRecipe withOptimizer(OptimizerType newOptimizer, double newLearningRate) {
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
   * The configuration of the student-trainer.
   *
   * @param examples records in a pass
   */
  StudentConfig config(
      String name,
      long seed,
      long examples,
      CheckpointConfig checkpoints,
      BiasCorrectionConfig correction) {
    long steps = passes * ((examples + batch - 1) / batch);
    long warmUpSteps = (long) (warmUp * steps);
    return new StudentConfig(
        name,
        "",
        StudentEngines.AUTO,
        new StudentConfig.Network(hidden, ""),
        InputConfig.OFF,
        new OptimizerSettings(optimizer, MOMENTUM, 0.9, 0.999, 1e-8, weightDecay),
        new LearningRateSettings(
            AutoNumber.of(learningRate),
            warmUpSteps,
            DecayType.COSINE,
            Math.max(1, steps - warmUpSteps),
            1),
        new ObjectiveSettings(
            AutoNumber.of(temperature), hardWeight, 0, AutoNumber.of(1), Double.MAX_VALUE),
        hardWeight == 1 ? Selection.LABELLED : Selection.ALL,
        MAX_WEIGHT,
        TeacherChoice.ALL.versions(),
        batch,
        seed,
        1,
        new LearningConfig(0, 0.1, Long.MAX_VALUE),
        new PassConfig(passes, examples, PassConfig.WhenDone.EXIT),
        checkpoints,
        correction,
        GateConfig.NONE,
        OnLostRecords.STOP,
        LimitsConfig.defaults(),
        new HttpConfig("127.0.0.1", 0));
  }
}
