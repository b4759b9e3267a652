package io.streamdistill.student.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.config.ConfigException;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BiasCorrectionTest {

  private static double[][] logits(int rows, int classes, long seed) {
    Random random = new Random(seed);
    double[][] logits = new double[rows][classes];
    for (double[] row : logits) {
      for (int k = 0; k < classes; k++) {
        row[k] = 4 * random.nextGaussian();
      }
    }
    return logits;
  }

  @Test
  void reachesTheMeanPredictionThatIsWanted() {
    double[][] logits = logits(500, 10, 1);
    double[] target = {0.3, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.04, 0.01};

    double[] shift = BiasCorrection.solve(logits, target);

    assertThat(BiasCorrection.meanPrediction(logits, shift))
        .usingComparatorWithPrecision(1e-7)
        .containsExactly(target);
    double sum = 0;
    for (double b : shift) {
      sum += b;
    }
    assertThat(sum).isCloseTo(0, within(1e-9));
  }

  /** A class that the student thinks does not occur: its bias is far too low. */
  @Test
  void undoesAShiftOfOneBias() {
    double[][] logits = logits(2_000, 10, 2);
    double[] before = BiasCorrection.meanPrediction(logits, new double[10]);
    for (double[] row : logits) {
      row[3] -= 9;
    }

    double[] shift = BiasCorrection.solve(logits, before);

    assertThat(shift[3] - shift[0]).isCloseTo(9, within(1e-4));
    assertThat(shift[7] - shift[0]).isCloseTo(0, within(1e-4));
  }

  @Test
  void changesNothingWhereNothingIsOff() {
    double[][] logits = logits(100, 3, 3);

    double[] shift =
        BiasCorrection.solve(logits, BiasCorrection.meanPrediction(logits, new double[3]));

    assertThat(shift).usingComparatorWithPrecision(1e-9).containsExactly(0, 0, 0);
  }

  @Test
  void refusesATargetThatCannotBe() {
    double[][] logits = logits(10, 3, 4);

    assertThatThrownBy(() -> BiasCorrection.solve(logits, new double[] {0.5, 0.5, 0}))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("> 0 for every class");
    assertThatThrownBy(() -> BiasCorrection.solve(logits, new double[] {0.5, 0.4, 0.4}))
        .hasMessageContaining("sum to 1");
    assertThatThrownBy(() -> BiasCorrection.solve(new double[0][], new double[] {0.5, 0.5}))
        .hasMessageContaining("no probe examples");
  }
}
