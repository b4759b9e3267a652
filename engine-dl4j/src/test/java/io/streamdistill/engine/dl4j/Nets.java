package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainableStudentContract;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.objective.ObjectiveConfig;
import java.util.List;

/** Students of tests. */
final class Nets {

  private Nets() {}

  /** The dense net of the contract: 20-24-16-5. */
  static NetworkPlan dense(OptimizerConfig optimizer, long seed) {
    return dense(20, List.of(24, 16), TrainableStudentContract.CLASSES, optimizer, seed);
  }

  static NetworkPlan dense(
      int features, List<Integer> hidden, int classes, OptimizerConfig optimizer, long seed) {
    return plan(new StudentSpec(features, classes, new StudentSpec.Dense(hidden), optimizer, seed));
  }

  /** A network that DL4J's JSON describes. */
  static NetworkPlan described(
      int features, int classes, String json, OptimizerConfig optimizer, long seed) {
    return plan(
        new StudentSpec(
            features,
            classes,
            new StudentSpec.Described(Dl4jEngine.NAME, json, "net.json"),
            optimizer,
            seed));
  }

  private static NetworkPlan plan(StudentSpec student) {
    return (NetworkPlan) new Dl4jEngine().plan(student);
  }

  /** A student of a plan, trained by a step of choice. */
  static NetworkStudent student(NetworkPlan plan, NetworkStudent.Steps steps) {
    return plan.build(setup(plan, TrainableStudentContract.OBJECTIVE), steps);
  }

  /** The same, and its rows. */
  static Pupil pupil(NetworkPlan plan, NetworkStudent.Steps steps) {
    return new Pupil(
        student(plan, steps),
        setup(plan, TrainableStudentContract.OBJECTIVE),
        plan.student().classes());
  }

  private static TrainingSetup setup(NetworkPlan plan, ObjectiveConfig objective) {
    return Pupil.setup(plan.student().features(), objective, TrainableStudentContract.BATCH);
  }
}
