package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.ScoredSet;
import io.streamdistill.experiments.lab.TeacherRecipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The small net from labels, from soft targets at T = 20, and from both. */
final class MnistStudent implements MnistExperiment {

  private static final double TEMPERATURE = 20;

  @Override
  public String name() {
    return "mnist-student";
  }

  @Override
  public String description() {
    return "Trains 784-800-800-10 from labels, from soft targets at T = 20, and from both.";
  }

  @Override
  public int defaultSeeds() {
    return 5;
  }

  @Override
  public void run(Workbench bench) throws IOException, InterruptedException {
    ScoredSet plain = bench.plain();
    List<Job> jobs = new ArrayList<>();
    jobs.addAll(bench.jobs("hard", plain, "plain", MnistRecipes.hard(bench)));
    jobs.addAll(bench.jobs("soft_T20", plain, "plain", MnistRecipes.soft(bench, TEMPERATURE)));
    jobs.addAll(
        bench.jobs("soft_T20_hard", plain, "plain", MnistRecipes.softAndHard(bench, TEMPERATURE)));
    bench.judge("teacher", TeacherRecipe.of(bench.options().teacher()), Map.of());
    bench.run(jobs);
  }
}
