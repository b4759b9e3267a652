package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.SoftTargetLog;
import io.streamdistill.experiments.lab.StudentRecipe;
import io.streamdistill.experiments.mnist.Bench.Job;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The small net from labels, from soft targets at T = 20, and from both. */
final class MnistStudent implements MnistExperiment {

  private static final double TEMPERATURE = 20;
  private static final List<Double> HARD_RATES = List.of(0.02, 0.05, 0.1, 0.2);
  private static final List<Double> SOFT_RATES = List.of(0.01, 0.02, 0.05, 0.1);

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
  public void run(Bench bench) throws IOException, InterruptedException {
    SoftTargetLog plain = bench.plain();
    List<Job> jobs = new ArrayList<>();
    add(bench, jobs, "hard", plain, MnistRecipes.hard(bench));
    add(bench, jobs, "soft_T20", plain, MnistRecipes.soft(bench, TEMPERATURE));
    add(bench, jobs, "soft_T20_hard", plain, MnistRecipes.softAndHard(bench, TEMPERATURE));
    if (!bench.options().validation()) {
      bench.say("teacher: %d errors", bench.judge(bench.options().teacher()).errors());
    }
    bench.run(jobs);
  }

  /** A validation run tries learning rates; the final runs have the one that it chose. */
  private static void add(
      Bench bench, List<Job> jobs, String condition, SoftTargetLog log, StudentRecipe recipe) {
    if (!bench.options().validation()) {
      jobs.addAll(bench.jobs(condition, log, "plain", recipe));
      return;
    }
    for (double rate : recipe.hardWeight() == 1 ? HARD_RATES : SOFT_RATES) {
      jobs.addAll(
          bench.jobs(condition + "_lr" + rate, log, "plain", recipe.withLearningRate(rate)));
    }
  }
}
