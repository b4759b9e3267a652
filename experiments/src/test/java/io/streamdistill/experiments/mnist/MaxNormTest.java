package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MaxNormTest {
  @Test
  void shrinksOnlyWhatIsTooLongAndKeepsItsDirection() {
    Matrix weight = columns(new float[][] {{1, 2, 2, 0, 4}, {1, 0, 0, 0, 1}});
    Matrix velocity = columns(new float[][] {{1, 2, 2, 0, 4}, {0, 1, 0, 1, 0}});

    new MaxNorm(5).addAndProject(weight, velocity);

    // (2, 4, 4, 0, 8) has norm 10, (1, 1, 0, 1, 1) has norm 2.
    float[] values = new float[10];
    weight.values().get(0, values);
    assertThat(values).containsExactly(1, 2, 2, 0, 4, 1, 1, 0, 1, 1);
  }

  private static Matrix columns(float[][] columns) {
    Matrix matrix = Matrix.zeros(columns[0].length, columns.length);
    for (int j = 0; j < columns.length; j++) {
      matrix.values().put(j * columns[0].length, columns[j]);
    }
    return matrix;
  }
}
