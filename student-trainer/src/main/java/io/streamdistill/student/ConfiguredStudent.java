package io.streamdistill.student;

import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.engine.OutputScale;
import io.streamdistill.engine.StudentEngine;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.records.Task;
import io.streamdistill.records.avro.TargetReader;
import io.streamdistill.student.gate.HoldOut;
import io.streamdistill.student.publish.StudentIdentity;
import io.streamdistill.student.schedule.BatchSize;
import io.streamdistill.student.schedule.StepRate;
import io.streamdistill.student.source.BatchLimit;
import io.streamdistill.student.source.BatchReader;
import io.streamdistill.student.source.ReadingReport;
import io.streamdistill.student.source.RejectedBefore;
import io.streamdistill.student.source.SoftTargetLog;
import io.streamdistill.student.source.TargetViews;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A student as it is configured, before it has weights: the same for whoever trains it and for
 * whoever rebuilds it.
 *
 * @param config with what suits the network in the place of what was left open
 * @param plan of its engine
 * @param task that it learns
 * @param batchSize records of a step
 * @param learningRate by step
 */
record ConfiguredStudent(
    StudentConfig config, StudentPlan plan, Task task, BatchSize batchSize, StepRate learningRate) {

  private static final Logger log = LoggerFactory.getLogger(ConfiguredStudent.class);

  /**
   * Plans it, with its engine ready to build it.
   *
   * @throws io.streamdistill.config.ConfigException when it cannot be built or trained
   */
  static ConfiguredStudent of(StudentConfig configured, Task task) {
    StudentSpec spec = StudentNetwork.spec(configured, task.features(), task.classes());
    StudentEngine engine = StudentNetwork.engine(configured, spec);
    log.info(engine.prepare(configured.threadCount()));
    StudentPlan plan = engine.plan(spec);
    StudentConfig config = configured.forWidth(plan.outputWidth());
    BatchSize batchSize = BatchSize.of(config.batchSize(), plan.parameters());
    return new ConfiguredStudent(
        config,
        plan,
        task,
        batchSize,
        new StepRate(config.learningRate().schedule(batchSize), batchSize));
  }

  /** What its checkpoints say of it. */
  StudentIdentity identity(String softTargets) {
    return StudentDescription.of(config, batchSize, softTargets, task);
  }

  /**
   * Builds it.
   *
   * @param anew whether its first weights are random
   */
  TrainableStudent build(StudentScales scales, boolean anew) {
    boolean scaled = anew && config.objective().logitScale().isAuto();
    return plan.build(
        new TrainingSetup(
            task.features(),
            scales.standardisation(),
            config.objective().config(scales),
            batchSize.most(),
            scaled ? OutputScale.first(scales.spread(), plan.outputWidth()) : 1));
  }

  /** Examples that its gate judges by. */
  HoldOut holdOut() {
    return new HoldOut(config.gate(), task.features().bytes());
  }

  /**
   * Reads its batches.
   *
   * @param examplesSeen before the first of them
   */
  BatchReader batches(
      SoftTargetLog source,
      HoldOut holdOut,
      long examplesSeen,
      RejectedBefore rejectedBefore,
      ReadingReport report) {
    return new BatchReader(
        source,
        new TargetReader(task, config.maxWeight()),
        new TargetViews(
            config.teachers(), source.position().teachers(), List.of(holdOut, config.select())),
        new BatchLimit(batchSize, examplesSeen, config.log().linger()),
        rejectedBefore,
        report,
        Clock.systemUTC());
  }
}
