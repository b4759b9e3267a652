package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.ScoredSet;
import io.streamdistill.experiments.lab.StudentRecipe;
import io.streamdistill.student.schedule.OptimizerSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Recipes to choose from, by their errors on images that are held out of the training set. */
final class MnistValidation implements MnistExperiment {

  private static final double TEMPERATURE = 20;
  private static final int PASSES = 20;
  private static final int MANY_PASSES = 60;

  @Override
  public String name() {
    return "mnist-validation";
  }

  @Override
  public String description() {
    return "Tries recipes of students on a part of the training set; needs --validation.";
  }

  @Override
  public int defaultSeeds() {
    return 1;
  }

  @Override
  public void run(Workbench bench) throws IOException, InterruptedException {
    if (!bench.options().validation()) {
      throw new IllegalArgumentException(
          "recipes are not chosen by the test set: give --validation, and a --teacher that was"
              + " trained with --validation, too");
    }
    ScoredSet plain = bench.plain();
    List<StudentRecipe> recipes = new ArrayList<>();
    StudentRecipe hard = MnistRecipes.hard(bench);
    for (double rate : new double[] {0.02, 0.05, 0.1, 0.2}) {
      recipes.add(hard.withLearningRate(rate));
    }
    StudentRecipe soft = MnistRecipes.soft(bench, TEMPERATURE);
    for (double rate : new double[] {0.02, 0.05, 0.1}) {
      recipes.add(soft.withPasses(PASSES).withLearningRate(rate));
    }
    recipes.add(soft.withPasses(MANY_PASSES));
    recipes.add(soft.withPasses(MANY_PASSES).withLearningRate(0.05));
    recipes.add(soft.withPasses(PASSES).withOptimizer(OptimizerSettings.Type.ADAM, 1e-3));
    List<Job> jobs = new ArrayList<>();
    for (StudentRecipe recipe : recipes) {
      jobs.addAll(bench.jobs(condition(recipe), plain, "plain", recipe));
    }
    bench.run(jobs);
  }

  private static String condition(StudentRecipe recipe) {
    return String.format(
        Locale.ROOT,
        "%s_%s_lr%s_passes%d",
        recipe.hardWeight() == 1 ? "hard" : "soft_T20",
        recipe.optimizer().name().toLowerCase(Locale.ROOT),
        recipe.learningRate(),
        recipe.passes());
  }
}
