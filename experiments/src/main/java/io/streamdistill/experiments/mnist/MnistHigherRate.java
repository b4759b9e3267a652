package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.Lab.Stage;
import io.streamdistill.experiments.lab.ScoredSet;
import io.streamdistill.experiments.lab.StudentRecipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Test error against cases seen, from labels and from soft targets, at several learning rates. */
final class MnistHigherRate implements MnistExperiment {

  private static final List<Double> LEARNING_RATES = List.of(0.01, 0.05, 0.1);
  private static final double TEMPERATURE = 20;
  private static final int PASSES = 10;
  private static final int STAGES = 20;

  @Override
  public String name() {
    return "mnist-higher-rate";
  }

  @Override
  public String description() {
    return "Curves of test error against cases seen, hard against soft, by learning rate.";
  }

  @Override
  public int defaultSeeds() {
    return 3;
  }

  @Override
  public void run(Workbench bench) throws IOException, InterruptedException {
    ScoredSet plain = bench.plain();
    List<Job> jobs = new ArrayList<>();
    for (double rate : LEARNING_RATES) {
      add(bench, jobs, "hard_lr" + rate, plain, MnistRecipes.hard(bench), rate);
      add(bench, jobs, "soft_T20_lr" + rate, plain, MnistRecipes.soft(bench, TEMPERATURE), rate);
    }
    bench.run(jobs, STAGES, (job, stages) -> Map.of(job.condition(), curve(bench, stages)));
  }

  private static void add(
      Workbench bench,
      List<Job> jobs,
      String condition,
      ScoredSet log,
      StudentRecipe recipe,
      double rate) {
    jobs.addAll(
        bench.jobs(condition, log, "plain", recipe.withLearningRate(rate).withPasses(PASSES)));
  }

  private static Map<String, Object> curve(Workbench bench, List<Stage> stages) {
    List<List<Long>> curve = new ArrayList<>();
    for (Stage stage : stages) {
      curve.add(List.of(stage.examplesSeen(), (long) bench.judge(stage.model()).errors()));
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put(bench.figure(), curve.get(curve.size() - 1).get(1));
    figures.put("errors_by_cases_seen", curve);
    return figures;
  }
}
