package io.streamdistill.teacher.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.records.target.Softmax;
import io.streamdistill.teacher.Fixtures;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every teacher promises, shown on the linear function of the test models. */
abstract class TeacherContract {

  static final int BATCH = 64;
  private static final int[][] W = {{-2, -1, 0}, {1, 2, -2}, {-1, 0, 1}, {2, -2, -1}};
  private static final double[] B = {0.5, -0.25, 0};

  private Teacher teacher;

  /** Opens a teacher that computes softmax((x W + B) / T) for features x in [0, 1]. */
  abstract Teacher open();

  @BeforeEach
  void openTeacher() {
    teacher = open();
  }

  @AfterEach
  void closeTeacher() {
    teacher.close();
  }

  static List<byte[]> examples(int count) {
    Random random = new Random(7);
    List<byte[]> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] features = new byte[Fixtures.FEATURES];
      random.nextBytes(features);
      examples.add(features);
    }
    return examples;
  }

  static FeatureBatch batch(List<byte[]> examples) {
    FeatureBatch batch = new FeatureBatch(Fixtures.CONTRACT, BATCH);
    examples.forEach(features -> batch.add(ByteBuffer.wrap(features)));
    return batch;
  }

  static double[][] score(Teacher teacher, FeatureBatch batch, double temperature) {
    double[][] out = new double[batch.rows()][Fixtures.CLASSES.count()];
    assertThat(teacher.score(batch, temperature, out)).isEmpty();
    return out;
  }

  static double[] expected(byte[] features, double temperature) {
    double[] logits = B.clone();
    for (int i = 0; i < features.length; i++) {
      for (int c = 0; c < logits.length; c++) {
        logits[c] += (features[i] & 0xFF) / 255.0 * W[i][c];
      }
    }
    Softmax.logSoftmax(logits, temperature);
    return logits;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 4, 20})
  void givesLogProbabilitiesAtTheTemperature(double temperature) {
    List<byte[]> examples = examples(BATCH);

    double[][] scored = score(teacher, batch(examples), temperature);

    for (int row = 0; row < BATCH; row++) {
      assertThat(scored[row])
          .as("row %d", row)
          .containsExactly(expected(examples.get(row), temperature), within(1e-5));
    }
  }

  @Test
  void givesARowTheSameBitsInEveryCompany() {
    List<byte[]> examples = examples(BATCH);
    double[][] together = score(teacher, batch(examples), 20);
    for (int size : new int[] {1, 2, 3, 7, 33}) {
      List<byte[]> last = new ArrayList<>(examples.subList(BATCH - size, BATCH));
      Collections.reverse(last);

      double[][] apart = score(teacher, batch(last), 20);

      for (int row = 0; row < size; row++) {
        assertThat(apart[row]).as("row %d of %d", row, size).isEqualTo(together[BATCH - 1 - row]);
      }
    }
  }

  @Test
  void usesABatchAgainAfterItWasCleared() {
    List<byte[]> examples = examples(10);
    FeatureBatch batch = batch(examples);
    double[][] first = score(teacher, batch, 1);
    batch.clear();
    batch.add(ByteBuffer.wrap(examples.get(9)));

    assertThat(score(teacher, batch, 1)[0]).isEqualTo(first[9]);
  }

  @Test
  void scoresForSeveralThreadsAtOnce() throws Exception {
    List<byte[]> examples = examples(BATCH);
    double[][] alone = score(teacher, batch(examples), 20);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Callable<double[][]> task = () -> score(teacher, batch(examples), 20);
      for (Future<double[][]> result : threads.invokeAll(Collections.nCopies(40, task))) {
        assertThat(result.get()).isDeepEqualTo(alone);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void namesItsContentTheSameWayWhereverItIsOpened() {
    try (Teacher again = open()) {
      assertThat(again.contentHash()).isEqualTo(teacher.contentHash()).matches("[0-9a-f]{64}");
    }
    assertThat(teacher.classes()).isEqualTo(3);
  }
}
