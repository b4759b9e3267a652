package io.streamdistill.student.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.student.objective.ObjectiveConfig;
import io.streamdistill.student.objective.TargetBatch;
import io.streamdistill.student.step.NativeThreads;
import io.streamdistill.student.step.OptimizerConfig;
import io.streamdistill.student.step.StudentNetworks;
import io.streamdistill.student.step.StudentStep;
import io.streamdistill.student.step.StudentSteps;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PoisonRowsTest {

  private static final int FEATURES = 4;

  @BeforeAll
  static void fixThreads() {
    NativeThreads.configure(1);
  }

  private static StudentStep step() {
    return StudentSteps.forNetwork(
        StudentNetworks.dense(FEATURES, List.of(8), 3, OptimizerConfig.adam(), 1),
        new ObjectiveConfig(2, 0.1),
        8);
  }

  private static void fill(StudentStep step, int row, float feature, float weight) {
    for (int f = 0; f < FEATURES; f++) {
      step.input().put(row * FEATURES + f, feature * (f + 1));
    }
    step.targets().set(row, new float[] {0.2f, 0.5f, 0.3f}, TargetBatch.UNLABELLED, weight);
  }

  /** What is left is trained to the same bits as if the others had never been there. */
  @Test
  void takesOutThoseToBlameAndLeavesTheRestInOrder() {
    try (StudentStep poisoned = step();
        StudentStep clean = step()) {
      float[] features = {0.1f, 1e38f, 0.3f, 0.4f, 2e38f};
      for (int row = 0; row < features.length; row++) {
        fill(poisoned, row, features[row], row + 1);
      }
      fill(clean, 0, 0.1f, 1);
      fill(clean, 1, 0.3f, 3);
      fill(clean, 2, 0.4f, 4);
      assertThat(poisoned.train(5, 0.01).isFinite()).isFalse();

      assertThat(PoisonRows.takeOut(poisoned, 5)).containsExactly(1, 4);

      poisoned.train(3, 0.01);
      clean.train(3, 0.01);
      assertThat(poisoned.parameters()).isEqualTo(clean.parameters());
    }
  }

  @Test
  void blamesNobodyWhenEveryLossIsANumber() {
    try (StudentStep step = step()) {
      fill(step, 0, 1, 1);
      fill(step, 1, 2, 1);

      assertThat(PoisonRows.takeOut(step, 2)).isEmpty();
    }
  }
}
