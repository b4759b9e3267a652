package io.streamdistill.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Objective} promises; the gradient is checked by finite differences. */
public abstract class ObjectiveContract {

  protected static final int BATCH = 6;
  protected static final int CLASSES = 5;

  /** The objective, in the logits' own unit; its gradient is not bounded at weights up to 3. */
  protected abstract ObjectiveConfig config();

  private Objective objective() {
    return config().objective(CLASSES);
  }

  /** Random targets, some of them labelled, of different weights. */
  protected final TargetBatch targets(long seed) {
    Random random = new Random(seed);
    TargetBatch targets = new TargetBatch(BATCH, CLASSES);
    for (int row = 0; row < BATCH; row++) {
      float[] p = new float[CLASSES];
      float sum = 0;
      for (int k = 0; k < CLASSES; k++) {
        p[k] = 0.05f + random.nextFloat();
        sum += p[k];
      }
      for (int k = 0; k < CLASSES; k++) {
        p[k] /= sum;
      }
      int label = row % 2 == 0 ? random.nextInt(CLASSES) : TargetBatch.UNLABELLED;
      targets.set(row, p, label, 0.5f + row / 2f);
    }
    return targets;
  }

  private static double[] logits(long seed) {
    return new Random(seed).doubles(BATCH * CLASSES, -2, 2).toArray();
  }

  private double[] gradient(TargetBatch targets, double[] z, int rows) {
    double[] gradient = new double[z.length];
    objective()
        .valueAndGradient(
            new DoubleMatrix(z, CLASSES), targets, rows, new DoubleMatrix(gradient, CLASSES), 1);
    return gradient;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, BATCH})
  void gradientIsTheDerivativeOfTheTotal(int rows) {
    TargetBatch targets = targets(1);
    double[] z = logits(2);
    double[] analytic = gradient(targets, z, rows);
    Objective objective = objective();

    double h = 1e-5;
    for (int i = 0; i < rows * CLASSES; i++) {
      double at = z[i];
      z[i] = at + h;
      double above = objective.value(new DoubleMatrix(z, CLASSES), targets, rows).total();
      z[i] = at - h;
      double below = objective.value(new DoubleMatrix(z, CLASSES), targets, rows).total();
      z[i] = at;
      assertThat(analytic[i]).isCloseTo((above - below) / (2 * h), within(1e-6));
    }
  }

  @Test
  void termsHaveNamesOfTheirOwnAndAddUpToTheTotal() {
    Objective objective = objective();
    BatchLoss loss = objective.value(new DoubleMatrix(logits(2), CLASSES), targets(1), BATCH);

    assertThat(loss.terms())
        .extracting(TermLoss::name)
        .containsExactlyElementsOf(objective.terms().stream().map(Term::name).toList())
        .doesNotHaveDuplicates();
    assertThat(objective.terms())
        .allSatisfy(
            term -> {
              assertThat(term.name()).matches("[a-z][a-z0-9]*");
              assertThat(term.description()).isNotBlank();
            });
    double sum = loss.terms().stream().mapToDouble(TermLoss::value).sum();
    assertThat(loss.total()).isCloseTo(sum / BATCH, within(1e-12));
    assertThat(loss.isFinite()).isTrue();
    assertThat(loss.records()).isEqualTo(BATCH);
  }

  @Test
  void valueIsTheSameWithAndWithoutTheGradientAndAtItsSecondUse() {
    DoubleMatrix z = new DoubleMatrix(logits(2), CLASSES);
    Objective objective = objective();
    BatchLoss alone = objective.value(z, targets(1), BATCH);

    assertThat(
            objective.valueAndGradient(
                z, targets(1), BATCH, new DoubleMatrix(logits(9), CLASSES), 1))
        .isEqualTo(alone);
    objective.value(new DoubleMatrix(logits(3), CLASSES), targets(4), 2);
    assertThat(objective.value(z, targets(1), BATCH)).isEqualTo(alone);
  }

  @Test
  void scaleMultipliesTheGradientAlone() {
    double[] z = logits(2);
    double[] plain = gradient(targets(1), z, BATCH);
    double[] scaled = new double[z.length];
    objective()
        .valueAndGradient(
            new DoubleMatrix(z, CLASSES), targets(1), BATCH, new DoubleMatrix(scaled, CLASSES), 8);

    for (int i = 0; i < z.length; i++) {
      assertThat(scaled[i]).isCloseTo(8 * plain[i], within(1e-12));
    }
  }

  @Test
  void memoryMayBeFloatsInAnyOrder() {
    double[] z = logits(2);
    FloatMatrix columns = FloatMatrix.columnMajor(FloatBuffer.allocate(z.length), BATCH);
    FloatMatrix into = FloatMatrix.columnMajor(FloatBuffer.allocate(z.length), BATCH);
    for (int row = 0; row < BATCH; row++) {
      columns.writeRow(row, Arrays.copyOfRange(z, row * CLASSES, (row + 1) * CLASSES));
    }
    double[] expected = gradient(targets(1), z, BATCH);

    objective().valueAndGradient(columns, targets(1), BATCH, into, 1);

    double[] found = new double[CLASSES];
    for (int row = 0; row < BATCH; row++) {
      into.readRow(row, found);
      for (int k = 0; k < CLASSES; k++) {
        assertThat(found[k]).isCloseTo(expected[row * CLASSES + k], within(1e-6));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
  void logitsThatAreNotFiniteShowInTheLoss(double poison) {
    double[] z = logits(2);
    z[2 * CLASSES + 1] = poison;

    assertThat(objective().value(new DoubleMatrix(z, CLASSES), targets(1), BATCH).isFinite())
        .isFalse();
    assertThat(objective().value(new DoubleMatrix(z, CLASSES), targets(1), 2).isFinite()).isTrue();
  }

  @Test
  void rowsAndClassesOfAnotherBatchAreRefused() {
    DoubleMatrix z = new DoubleMatrix(logits(2), CLASSES);
    Objective objective = objective();

    for (int rows : new int[] {0, BATCH + 1}) {
      assertThatThrownBy(() -> objective.value(z, targets(1), rows))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> objective.value(z, new TargetBatch(BATCH, CLASSES + 1), BATCH))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
