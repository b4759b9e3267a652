package io.streamdistill.student;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.StudentEngine;
import io.streamdistill.engine.StudentEngines;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.objective.ObjectiveConfig;
import java.util.List;

/** Small students, of whichever engine there is. */
public final class TestStudents {

  private TestStudents() {}

  /** Of four features, one hidden layer and three classes, trained by Adam. */
  public static StudentPlan plan(int hidden) {
    StudentSpec student =
        new StudentSpec(4, 3, new StudentSpec.Dense(List.of(hidden)), OptimizerConfig.adam(), 1);
    StudentEngine engine = StudentEngines.find().choose(StudentEngines.AUTO, student);
    String unused = engine.prepare(1);
    return engine.plan(student);
  }

  /** A student of a plan, and its rows. */
  public static Pupil pupil(StudentPlan plan, ObjectiveConfig objective, int batchSize) {
    TrainingSetup setup = Pupil.setup(plan.student().features(), objective, batchSize);
    return new Pupil(plan.build(setup), setup, plan.student().classes());
  }
}
