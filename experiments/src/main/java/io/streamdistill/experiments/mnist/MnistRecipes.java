package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.StudentRecipe;
import io.streamdistill.student.schedule.OptimizerSettings;
import java.util.List;

/**
 * Recipes of students, chosen by {@link MnistValidation}, never by the test set. Batches of 128, a
 * warm-up over a sixth of the steps.
 */
final class MnistRecipes {

  private static final double WARM_UP = 1 / 6.0;
  private static final int BATCH = 128;
  private static final int PASSES = 20;
  private static final int SOFT_PASSES = 60;
  private static final int QUICK_PASSES = 10; // of students of the shipped teacher
  private static final double HARD_RATE = 0.1;

  /** Large logits are to be matched at high temperatures: a rate of 0.1 diverges. */
  private static final double SOFT_RATE = 0.02;

  private static final double ADAM_RATE = 1e-3;
  private static final double ENSEMBLE_TEMPERATURE = 2;

  private MnistRecipes() {}

  /** Labels alone. */
  static StudentRecipe hard(Workbench bench) {
    return recipe(bench, 1, 1, OptimizerSettings.Type.NESTEROV, HARD_RATE, PASSES);
  }

  /** Soft targets alone, at T. */
  static StudentRecipe soft(Workbench bench, double temperature) {
    return recipe(bench, temperature, 0, OptimizerSettings.Type.NESTEROV, SOFT_RATE, SOFT_PASSES);
  }

  /** Soft targets at T, and the label with a tenth of the weight. */
  static StudentRecipe softAndHard(Workbench bench, double temperature) {
    return soft(bench, temperature).withObjective(temperature, 0.1);
  }

  /**
   * Soft targets of an ensemble of nets of the student's own size. In small ({@code --quick
   * --validation}) T = 2 was best of 2, 4, 8 and 20, and this rate better than Adam; copies of the
   * images that are shifted did not help, the members have not seen any.
   */
  static StudentRecipe softOfEnsemble(Workbench bench) {
    return recipe(
            bench, ENSEMBLE_TEMPERATURE, 0, OptimizerSettings.Type.NESTEROV, HARD_RATE, PASSES)
        .withPasses(PASSES);
  }

  /**
   * Soft targets alone, at T, by Adam: for students at different T, whose gradients differ in size,
   * and of so few cases that Nesterov's rate would have to be found anew.
   */
  static StudentRecipe softByAdam(Workbench bench, double temperature) {
    return recipe(bench, temperature, 0, OptimizerSettings.Type.ADAM, ADAM_RATE, PASSES)
        .withPasses(PASSES);
  }

  private static StudentRecipe recipe(
      Workbench bench,
      double temperature,
      double hardWeight,
      OptimizerSettings.Type optimizer,
      double rate,
      int passes) {
    boolean quick = bench.options().quick();
    return new StudentRecipe(
        quick ? List.of(100, 100) : List.of(800, 800),
        temperature,
        hardWeight,
        optimizer,
        rate,
        WARM_UP,
        BATCH,
        quick ? Math.min(passes, QUICK_PASSES) : passes,
        0);
  }
}
