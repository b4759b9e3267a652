package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.StudentRecipe;
import java.util.List;

/**
 * Recipes of students. Learning rates come from one validation run of one seed over a few rates,
 * and are provisional.
 */
final class MnistRecipes {

  private static final double WARM_UP = 1 / 6.0;
  private static final int BATCH = 128;
  private static final int PASSES = 20;
  private static final int QUICK_PASSES = 10;

  private MnistRecipes() {}

  private static final double HARD_RATE = 0.1;

  /** Logits of this teacher are large, and at high temperatures all of them are to be matched. */
  private static final double SOFT_RATE = 0.02;

  /** Soft targets alone, at T. */
  static StudentRecipe soft(Bench bench, double temperature) {
    return base(bench).withObjective(temperature, 0).withLearningRate(SOFT_RATE);
  }

  /** Soft targets at T, and the label with a tenth of the weight. */
  static StudentRecipe softAndHard(Bench bench, double temperature) {
    return base(bench).withObjective(temperature, 0.1).withLearningRate(SOFT_RATE);
  }

  /** Labels alone. */
  static StudentRecipe hard(Bench bench) {
    return base(bench).withObjective(1, 1);
  }

  private static StudentRecipe base(Bench bench) {
    boolean quick = bench.options().quick();
    return new StudentRecipe(
        quick ? List.of(100, 100) : List.of(800, 800),
        1,
        0,
        HARD_RATE,
        WARM_UP,
        BATCH,
        quick ? QUICK_PASSES : PASSES,
        0);
  }
}
