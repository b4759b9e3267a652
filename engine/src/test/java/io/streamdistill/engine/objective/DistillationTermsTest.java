package io.streamdistill.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DistillationTermsTest extends ObjectiveFixture {

  /**
   * In the regime of small logits, |z| << T, where the paper's 1/T^2 holds: there the gradient of
   * the soft term is (z - v)/N whatever T is. (At |z| of the order of T it is not, and should not.)
   */
  @ParameterizedTest
  @ValueSource(doubles = {4, 8, 20, 40})
  void temperatureLeavesTheMagnitudeOfTheSoftGradientForSmallLogits(double temperature) {
    double[] z = logits(0.1, 21);
    double reference = norm(gradient(objective(2, 0), targets(2, 0.1, 22), z));

    double magnitude = norm(gradient(objective(temperature, 0), targets(temperature, 0.1, 22), z));

    assertThat(magnitude / reference).isCloseTo(1, within(0.03));
  }

  @Test
  void highTemperatureLimitMatchesLogits() {
    // dLoss/dz = (z - v) / (N B) for logits of zero mean per record
    double temperature = 1000;
    double[] v = centred(logits(2, 31));
    double[] z = centred(logits(2, 32));
    var targets = new TargetBatch(BATCH, CLASSES);
    double[] matching = new double[z.length];
    for (int i = 0; i < BATCH; i++) {
      double[] row = Arrays.copyOfRange(v, i * CLASSES, (i + 1) * CLASSES);
      targets.set(i, softmax(row, temperature), TargetBatch.UNLABELLED, 1f);
    }
    for (int i = 0; i < z.length; i++) {
      matching[i] = (z[i] - v[i]) / (CLASSES * BATCH);
    }

    double[] gradient = gradient(objective(temperature, 0), targets, z);

    double[] difference = new double[z.length];
    Arrays.setAll(difference, i -> gradient[i] - matching[i]);
    assertThat(norm(difference) / norm(matching)).isLessThan(0.01);
  }

  /** The term at h: its gradient is that of the value, its loss the plain objective's at T = h. */
  @ParameterizedTest
  @CsvSource({"8, 1", "8, 0.5"})
  void sharpTermIsTheSoftTermAtTheLowTemperature(double temperature, double low) {
    TargetBatch targets = targets(temperature, 3, 35);
    TargetBatch same = targets(low, 3, 35);
    double[] z = logits(3, 36);

    double[] both = gradient(sharp(temperature, 0.2, low, 2), targets, z);
    double[] soft = gradient(sharp(temperature, 0.2, low, 0), targets, z);
    double[] atLow = gradient(objective(low, 0.2), same, z);
    BatchLoss loss =
        sharp(temperature, 0.2, low, 2).value(new DoubleMatrix(z, CLASSES), targets, BATCH);
    BatchLoss softLoss =
        sharp(temperature, 0.2, low, 0).value(new DoubleMatrix(z, CLASSES), targets, BATCH);
    BatchLoss lowLoss = objective(low, 0.2).value(new DoubleMatrix(z, CLASSES), same, BATCH);

    for (int i = 0; i < z.length; i++) {
      assertThat(both[i] - soft[i]).isCloseTo(2 * atLow[i], within(1e-6));
    }
    assertThat(loss.term("soft").value() - softLoss.term("soft").value())
        .isCloseTo(2 * lowLoss.term("soft").value(), within(1e-4));
    assertThat(loss.term("soft").excess() - softLoss.term("soft").excess())
        .isCloseTo(2 * lowLoss.term("soft").excess(), within(1e-4));
  }

  /** Once is enough. */
  @Test
  void sharpTermIsNoneWhereTheSoftTermIsAtThatTemperatureAlready() {
    TargetBatch targets = targets(0.5, 1, 37);
    double[] z = logits(1, 38);

    assertThat(gradient(sharp(0.5, 0, 0.5, 3), targets, z))
        .isEqualTo(gradient(sharp(0.5, 0, 0.5, 0), targets, z));
  }

  @Test
  void hardTermTouchesLabelledRecordsOnlyAndSoftTermKeepsItsShareOnUnlabelledOnes() {
    double[] z = logits(2, 41);
    TargetBatch unlabelled = targets(5, 2, 42);
    TargetBatch labelled = targets(5, 2, 42);
    labelled.labels()[2] = 7;

    var objective = objective(5, 0.4);
    double[] without = gradient(objective, unlabelled, z);
    double[] with = gradient(objective, labelled, z);

    for (int i = 0; i < z.length; i++) {
      if (i / CLASSES != 2) {
        assertThat(with[i]).isEqualTo(without[i]);
      }
    }
    double[] row = Arrays.copyOfRange(z, 2 * CLASSES, 3 * CLASSES);
    float[] q = softmax(row, 1);
    for (int k = 0; k < CLASSES; k++) {
      double hard = 0.4 * (q[k] - (k == 7 ? 1 : 0)) / BATCH;
      int at = 2 * CLASSES + k;
      assertThat(with[at] - without[at]).isCloseTo(hard, within(1e-7));
    }
  }

  /** A teacher that says the same louder has the same gradient in its own unit. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 100})
  void gradientInUnitsOfTheLogitsDoesNotDependOnTheirScale(double scale) {
    double[] u = logits(2, 111);
    double[] z = Arrays.stream(u).map(logit -> scale * logit).toArray();
    TargetBatch targets = targets(3, 2, 112); // p at T is the same for teacher and T times scale
    Arrays.fill(targets.labels(), TargetBatch.UNLABELLED);

    double[] one = gradient(config(3, 0, 1).objective(CLASSES), targets, u);
    double[] scaled = gradient(config(3 * scale, 0, scale).objective(CLASSES), targets, z);

    for (int i = 0; i < u.length; i++) {
      assertThat(scaled[i] * scale).isCloseTo(one[i], within(1e-12));
    }
  }

  @Test
  void labelDoesNotDrownATeacherOfSmallLogits() {
    double scale = 0.01;
    double[] z = Arrays.stream(logits(2, 113)).map(logit -> scale * logit).toArray();
    TargetBatch targets = targets(3, 2, 114);
    Arrays.fill(targets.labels(), 2);

    double[] soft = gradient(config(3 * scale, 0, scale).objective(CLASSES), targets, z);
    double[] mixed = gradient(config(3 * scale, 0.1, scale).objective(CLASSES), targets, z);

    for (int i = 0; i < z.length; i++) {
      assertThat(Math.abs(mixed[i] - 0.9 * soft[i]) * scale).isLessThan(0.1 * 1.5 / BATCH);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 7, 1e3, 1e30})
  void noWeightMakesARecordsGradientLongerThanTheClip(double weight) {
    double[] z = logits(50, 121);
    TargetBatch targets = targets(3, 2, 122);
    double[] plain = gradient(config(3, 0.1, 1).objective(CLASSES), targets, z);
    targets.weights()[4] = (float) weight;

    double[] clipped = gradient(config(3, 0.1, 1).objective(CLASSES), targets, z);

    double length = 0;
    double plainLength = 0;
    for (int k = 0; k < CLASSES; k++) {
      length = Math.hypot(length, clipped[4 * CLASSES + k]);
      plainLength = Math.hypot(plainLength, plain[4 * CLASSES + k]);
    }
    double bound = 10.0 * 3 / BATCH;
    assertThat(length).isCloseTo(Math.min(weight * plainLength, bound), within(1e-6));
    for (int i = 0; i < z.length; i++) { // its mates are left alone
      if (i / CLASSES != 4) {
        assertThat(clipped[i]).isEqualTo(plain[i]);
      }
    }
  }

  private static ObjectiveConfig config(double temperature, double hardWeight, double logitScale) {
    return new DistillationConfig(
        temperature, hardWeight, logitScale, Math.min(1, logitScale), 0, 10);
  }

  private static Objective sharp(
      double temperature, double hardWeight, double hardTemperature, double sharpWeight) {
    return new DistillationConfig(
            temperature, hardWeight, 1, hardTemperature, sharpWeight, Double.POSITIVE_INFINITY)
        .objective(CLASSES);
  }

  private static double[] centred(double[] z) {
    double[] out = z.clone();
    for (int i = 0; i < BATCH; i++) {
      double mean = Arrays.stream(z, i * CLASSES, (i + 1) * CLASSES).average().orElseThrow();
      for (int k = 0; k < CLASSES; k++) {
        out[i * CLASSES + k] -= mean;
      }
    }
    return out;
  }

  private static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
  }
}
