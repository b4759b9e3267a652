package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.Lab.Stage;
import io.streamdistill.experiments.lab.ScoredSet;
import io.streamdistill.experiments.lab.StudentRecipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Labels, or soft targets, of 3 % of the cases, against labels of all. */
final class MnistFewLabels implements MnistExperiment {

  private static final double SHARE = 0.03;
  private static final double QUICK_SHARE = 0.15; // of a tenth of the images
  private static final double TEMPERATURE = 20;
  private static final int PASSES = 400;
  private static final int QUICK_PASSES = 100;
  private static final int STAGES = 40;
  private static final int QUICK_STAGES = 10;

  @Override
  public String name() {
    return "mnist-few-labels";
  }

  @Override
  public String description() {
    return "3 % of the cases: hard labels, with and without early stopping, against soft targets.";
  }

  @Override
  public int defaultSeeds() {
    return 5;
  }

  @Override
  public void run(Workbench bench) throws IOException, InterruptedException {
    int[] shuffled = shuffled(bench.trainCount());
    int few = (int) Math.round((bench.options().quick() ? QUICK_SHARE : SHARE) * shuffled.length);
    int[] cases = java.util.Arrays.copyOf(shuffled, few);
    int[] stopping = java.util.Arrays.copyOfRange(shuffled, few, 2 * few); // labels to stop by
    ScoredSet log = bench.score("few", new MnistTransferSet(bench.train(), cases, 1, 0, 0));
    int passes = bench.options().quick() ? QUICK_PASSES : PASSES;
    StudentRecipe hard = MnistRecipes.hard(bench).withPasses(passes);
    StudentRecipe soft = MnistRecipes.softByAdam(bench, TEMPERATURE).withPasses(passes);
    bench.run(
        bench.jobs("hard_3pct", log, "few", hard),
        bench.options().quick() ? QUICK_STAGES : STAGES,
        (job, stages) -> hard(bench, stages, stopping));
    List<Job> jobs = new ArrayList<>(bench.jobs("soft_3pct", log, "few", soft));
    jobs.addAll(bench.jobs("hard_all", bench.plain(), "plain", MnistRecipes.hard(bench)));
    bench.run(jobs);
  }

  private static int[] shuffled(int count) {
    List<Integer> all = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    Collections.shuffle(all, new Random(3));
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The last student, and the one that does best on as many labelled cases of their own. */
  private static Map<String, Map<String, Object>> hard(
      Workbench bench, List<Stage> stages, int[] stopping) {
    Stage best = stages.get(0);
    int fewest = Integer.MAX_VALUE;
    for (Stage stage : stages) {
      int errors = MnistJudge.errors(stage.model(), bench.train(), stopping);
      if (errors < fewest) {
        fewest = errors;
        best = stage;
      }
    }
    Map<String, Object> stopped = new LinkedHashMap<>(bench.figures(best.model()));
    stopped.put("stopped_at_examples", best.examplesSeen());
    Map<String, Map<String, Object>> both = new LinkedHashMap<>();
    both.put("hard_3pct", bench.figures(stages.get(stages.size() - 1).model()));
    both.put("hard_3pct_early_stopping", stopped);
    return both;
  }
}
