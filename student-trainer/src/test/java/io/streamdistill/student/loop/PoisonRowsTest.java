package io.streamdistill.student.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.engine.objective.TargetBatch;
import io.streamdistill.student.TestStudents;
import org.junit.jupiter.api.Test;

class PoisonRowsTest {

  private static Pupil pupil() {
    return TestStudents.pupil(TestStudents.plan(8), new DistillationConfig(2, 0.1), 8);
  }

  private static void fill(Pupil pupil, int row, float feature, float weight) {
    float[] features = {feature, 2 * feature, 3 * feature, 4 * feature};
    float[] distribution = {0.2f, 0.5f, 0.3f};
    pupil.put(row, features, distribution, TargetBatch.UNLABELLED, weight);
  }

  /** What is left is trained to the same bits as if the others had never been there. */
  @Test
  void takesOutThoseToBlameAndLeavesTheRestInOrder() {
    try (Pupil poisoned = pupil();
        Pupil clean = pupil()) {
      float[] features = {0.1f, 1e38f, 0.3f, 0.4f, 2e38f};
      for (int row = 0; row < features.length; row++) {
        fill(poisoned, row, features[row], row + 1);
      }
      fill(clean, 0, 0.1f, 1);
      fill(clean, 1, 0.3f, 3);
      fill(clean, 2, 0.4f, 4);
      assertThat(poisoned.train(5, 0.01).isFinite()).isFalse();

      assertThat(PoisonRows.takeOut(poisoned.student(), poisoned.batch(), 5)).containsExactly(1, 4);

      poisoned.train(3, 0.01);
      clean.train(3, 0.01);
      assertThat(poisoned.weights()).isEqualTo(clean.weights());
    }
  }

  @Test
  void blamesNobodyWhenEveryLossIsANumber() {
    try (Pupil pupil = pupil()) {
      fill(pupil, 0, 1, 1);
      fill(pupil, 1, 2, 1);

      assertThat(PoisonRows.takeOut(pupil.student(), pupil.batch(), 2)).isEmpty();
    }
  }
}
