package io.streamdistill.teacher.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.records.Task;
import io.streamdistill.records.target.Softmax;
import io.streamdistill.teacher.Fixtures;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every teacher promises, shown on the linear function of the test models. */
public abstract class LinearTeacherContract extends TeacherContract {

  private static final int[][] W = {{-2, -1, 0}, {1, 2, -2}, {-1, 0, 1}, {2, -2, -1}};
  private static final double[] B = {0.5, -0.25, 0};

  /** Opens a teacher that computes softmax((x W + B) / T) for features x in [0, 1]. */
  @Override
  protected abstract Teacher open();

  @Override
  protected Task task() {
    return Fixtures.TASK;
  }

  public static List<byte[]> examples(int count) {
    Random random = new Random(7);
    List<byte[]> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] features = new byte[Fixtures.FEATURES];
      random.nextBytes(features);
      examples.add(features);
    }
    return examples;
  }

  public static FeatureBatch batch(List<byte[]> examples) {
    FeatureBatch batch = new FeatureBatch(Fixtures.CONTRACT, BATCH);
    examples.forEach(features -> batch.add(ByteBuffer.wrap(features)));
    return batch;
  }

  public static double[] expected(byte[] features, double temperature) {
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

    double[][] scored = score(teacher(), batch(examples), temperature);

    for (int row = 0; row < BATCH; row++) {
      assertThat(scored[row])
          .as("row %d", row)
          .containsExactly(expected(examples.get(row), temperature), within(1e-5));
    }
  }
}
