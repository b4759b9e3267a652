package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.SoftTargetLog;
import io.streamdistill.experiments.lab.StudentRecipe;
import io.streamdistill.experiments.lab.TeacherRecipe;
import io.streamdistill.experiments.mnist.Bench.Job;
import io.streamdistill.teacher.engine.Combination;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Ten nets of the student's own size, from other seeds, distilled into one. */
final class MnistEnsemble implements MnistExperiment {

  private static final int MEMBERS = 10;
  private static final int QUICK_MEMBERS = 4;

  @Override
  public String name() {
    return "mnist-ensemble";
  }

  @Override
  public String description() {
    return "Distils 10 nets of the student's own size, by arithmetic and geometric mean.";
  }

  @Override
  public int defaultSeeds() {
    return 5;
  }

  @Override
  public void run(Bench bench) throws IOException, InterruptedException {
    SoftTargetLog plain = bench.plain(); // for its labels
    StudentRecipe hard = MnistRecipes.hard(bench);
    List<Job> members = new ArrayList<>();
    int count = bench.options().quick() ? QUICK_MEMBERS : MEMBERS;
    for (long seed = 1; seed <= count; seed++) {
      members.add(new Job("single", plain, bench.logName("plain"), hard, seed));
    }
    bench.run(members);
    List<Path> models = new ArrayList<>();
    for (Job member : members) {
      models.add(bench.train(member, 1).get(0).model()); // done already
    }
    List<Job> jobs = new ArrayList<>();
    for (Combination combination : Combination.values()) {
      String way = combination.name().toLowerCase(Locale.ROOT);
      TeacherRecipe ensemble = new TeacherRecipe(models, combination);
      bench.judge("ensemble_" + way, ensemble, hard);
      String name = "ensemble" + count + "-" + way + "-" + hard.key();
      SoftTargetLog log =
          bench.score(
              name,
              MnistTransferSet.plain(bench.train(), bench.trainCount(), label -> true),
              ensemble);
      jobs.addAll(bench.jobs("distilled_" + way, log, name, MnistRecipes.softOfEnsemble(bench)));
    }
    bench.run(jobs);
  }
}
