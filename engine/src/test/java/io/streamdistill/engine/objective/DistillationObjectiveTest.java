package io.streamdistill.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DistillationObjectiveTest {

  private static final int BATCH = 6;
  private static final int CLASSES = 10;

  @ParameterizedTest
  @CsvSource({"1, 0", "1, 1", "2.5, 0.3", "20, 0.1", "20, 0.5"})
  void gradientIsTheDerivativeOfTheValue(double temperature, double hardWeight) {
    var objective = objective(temperature, hardWeight);
    TargetBatch targets = targets(temperature, 3, 11);
    targets.labels()[0] = 4;
    targets.labels()[3] = 9;
    targets.weights()[1] = 2.5f;
    targets.weights()[3] = 0.25f;
    double[] z = logits(3, 12);

    double[] analytic = gradient(objective, targets, z);

    double h = 1e-5;
    for (int i = 0; i < z.length; i++) {
      double at = z[i];
      z[i] = at + h;
      double above = objective.value(new DoubleMatrix(z, CLASSES), targets, BATCH).total();
      z[i] = at - h;
      double below = objective.value(new DoubleMatrix(z, CLASSES), targets, BATCH).total();
      z[i] = at;
      assertThat(analytic[i]).isCloseTo((above - below) / (2 * h), within(1e-6));
    }
  }

  @Test
  void valueIsTheFormulaOfTheDesign() {
    // Given one labelled record of two classes whose terms can be written down
    double temperature = 4;
    var objective = new DistillationConfig(temperature, 0.25).objective(2);
    var targets = new TargetBatch(2, 2);
    targets.set(0, new float[] {0.75f, 0.25f}, 1, 2f);
    targets.set(1, new float[] {0.5f, 0.5f}, TargetBatch.UNLABELLED, 1f);
    double[] z = {1, -1, 0, 0};

    BatchLoss loss = objective.value(new DoubleMatrix(z, 2), targets, 2);

    double q = 1 / (1 + Math.exp(-2 / temperature)); // of class 0, at T
    double softFirst = -(0.75 * Math.log(q) + 0.25 * Math.log(1 - q));
    double hardFirst = Math.log(1 + Math.exp(2)); // -log q_1 at 1
    double soft = 2 * 0.75 * 16 * softFirst + 0.75 * 16 * Math.log(2);
    double hard = 2 * 0.25 * hardFirst;
    assertThat(loss.term("soft").value()).isCloseTo(soft, within(1e-12));
    assertThat(loss.term("hard").value()).isCloseTo(hard, within(1e-12));
    assertThat(loss.total()).isCloseTo((soft + hard) / 2, within(1e-12));
  }

  @Test
  void metricsCountAgreementCorrectnessAndDivergenceAtTemperatureOne() {
    // Given a teacher with known logits, seen through its targets at T = 8
    double temperature = 8;
    double[][] teacher = {{3, 1, -4}, {0, 2, -2}, {-1, -1, 2}};
    var targets = new TargetBatch(3, 3);
    for (int i = 0; i < 3; i++) {
      targets.set(i, softmax(teacher[i], temperature), i == 2 ? TargetBatch.UNLABELLED : 1, 1f);
    }
    double[] z = {1, 2, 0, 0, 3, 0, 0, 0, 5};

    BatchLoss loss =
        new DistillationConfig(temperature, 0.1)
            .objective(3)
            .value(new DoubleMatrix(z, 3), targets, 3);

    double divergence = 0;
    for (int i = 0; i < 3; i++) {
      float[] p = softmax(teacher[i], 1);
      float[] q = softmax(Arrays.copyOfRange(z, 3 * i, 3 * i + 3), 1);
      for (int k = 0; k < 3; k++) {
        divergence += p[k] * Math.log(p[k] / (double) q[k]);
      }
    }
    assertThat(loss.records()).isEqualTo(3);
    assertThat(loss.labelled()).isEqualTo(2);
    assertThat(loss.judged().agreements()).isEqualTo(2);
    assertThat(loss.judged().correct()).isEqualTo(2);
    assertThat(loss.judged().divergence()).isCloseTo(divergence, within(1e-5));
    assertThat(loss.agreement()).isEqualTo(2 / 3.0);
    assertThat(loss.accuracy()).isEqualTo(1);
  }

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

  @Test
  void weightMultipliesTheShareOfItsRecord() {
    double[] z = logits(2, 51);
    TargetBatch plain = targets(3, 2, 52);
    TargetBatch weighted = targets(3, 2, 52);
    weighted.weights()[1] = 3f;
    weighted.weights()[4] = 0f;

    double[] one = gradient(objective(3, 0), plain, z);
    double[] other = gradient(objective(3, 0), weighted, z);
    BatchLoss loss = objective(3, 0).value(new DoubleMatrix(z, CLASSES), weighted, BATCH);

    for (int i = 0; i < z.length; i++) {
      double factor = i / CLASSES == 1 ? 3 : i / CLASSES == 4 ? 0 : 1;
      assertThat(other[i]).isCloseTo(factor * one[i], within(1e-15));
    }
    assertThat(loss.rows()).isEqualTo(BATCH);
    assertThat(loss.records()).isEqualTo(BATCH - 1);
  }

  @Test
  void shareOfARecordDoesNotDependOnItsBatchMates() {
    double[] z = logits(2, 61);
    double[] others = logits(50, 62);
    System.arraycopy(z, 0, others, 0, CLASSES);
    TargetBatch targets = targets(3, 2, 63);
    TargetBatch mates = targets(3, 9, 64);
    mates.set(0, Arrays.copyOf(targets.softTargets(), CLASSES), TargetBatch.UNLABELLED, 1f);
    Arrays.fill(mates.labels(), 1, BATCH, 3);
    Arrays.fill(mates.weights(), 1, BATCH, 17f);

    double[] alone = gradient(objective(3, 0.5), targets, z);
    double[] crowded = gradient(objective(3, 0.5), mates, others);

    assertThat(Arrays.copyOf(crowded, CLASSES)).isEqualTo(Arrays.copyOf(alone, CLASSES));
  }

  @Test
  void partialBatchIsTheBatchOfItsRowsAlone() {
    double[] z = logits(2, 71);
    TargetBatch targets = targets(3, 2, 72);
    var two = new TargetBatch(2, CLASSES);
    System.arraycopy(targets.softTargets(), 0, two.softTargets(), 0, 2 * CLASSES);

    BatchLoss partial = objective(3, 0).value(new DoubleMatrix(z, CLASSES), targets, 2);
    BatchLoss whole = objective(3, 0).value(new DoubleMatrix(z, CLASSES), two, 2);

    assertThat(partial).isEqualTo(whole);
  }

  @Test
  void extremeLogitsAndTargetsStayFinite() {
    double[] z = new double[BATCH * CLASSES];
    Arrays.setAll(z, i -> i % 2 == 0 ? 1e4 : -1e4);
    var targets = new TargetBatch(BATCH, CLASSES);
    float[] certain = new float[CLASSES]; // zeros: what an underflowing teacher sends
    certain[3] = 1;
    for (int i = 0; i < BATCH; i++) {
      targets.set(i, certain, 5, 1f);
    }

    double[] gradient = gradient(objective(1, 0.5), targets, z);
    BatchLoss loss = objective(1, 0.5).value(new DoubleMatrix(z, CLASSES), targets, BATCH);

    assertThat(loss.isFinite()).isTrue();
    assertThat(loss.total()).isCloseTo(2e4, within(10.0));
    assertThat(Arrays.stream(gradient)).allMatch(Double::isFinite);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void valueThatIsNotFiniteIsReportedEvenAtWeightZero(double poison) {
    TargetBatch targets = targets(2, 1, 81);
    targets.weights()[2] = 0;
    double[] z = logits(1, 82);
    z[2 * CLASSES + 1] = poison;

    BatchLoss loss = objective(2, 0.1).value(new DoubleMatrix(z, CLASSES), targets, BATCH);

    assertThat(loss.isFinite()).isFalse();
  }

  @Test
  void columnMajorFloatsGiveTheSameGradientAsRowMajorDoubles() {
    TargetBatch targets = targets(4, 2, 91);
    double[] z = logits(2, 92);
    FloatBuffer floats = FloatBuffer.allocate(z.length);
    FloatBuffer into = FloatBuffer.allocate(z.length);
    for (int i = 0; i < BATCH; i++) {
      for (int k = 0; k < CLASSES; k++) {
        z[i * CLASSES + k] = (float) z[i * CLASSES + k];
        floats.put(k * BATCH + i, (float) z[i * CLASSES + k]);
      }
    }

    var objective = objective(4, 0.2);
    double[] expected = gradient(objective, targets, z);
    objective.valueAndGradient(
        FloatMatrix.columnMajor(floats, BATCH),
        targets,
        BATCH,
        FloatMatrix.columnMajor(into, BATCH),
        1);

    for (int i = 0; i < BATCH; i++) {
      for (int k = 0; k < CLASSES; k++) {
        assertThat(into.get(k * BATCH + i)).isEqualTo((float) expected[i * CLASSES + k]);
      }
    }
  }

  @Test
  void excessLossIsWhatIsAboveTheTeachersEntropy() {
    double[] z = logits(2, 101);
    TargetBatch targets = targets(3, 2, 102);
    double temperature = 3;
    double expected = 0; // T^2 KL(p || q at T)
    for (int i = 0; i < BATCH; i++) {
      float[] q = softmax(Arrays.copyOfRange(z, i * CLASSES, (i + 1) * CLASSES), temperature);
      for (int k = 0; k < CLASSES; k++) {
        double p = targets.softTargets()[i * CLASSES + k];
        expected += temperature * temperature * p * Math.log(p / q[k]);
      }
    }

    BatchLoss loss = objective(temperature, 0).value(new DoubleMatrix(z, CLASSES), targets, BATCH);

    assertThat(loss.term("soft").excess()).isCloseTo(expected, within(1e-4 * expected));
    assertThat(loss.meanExcess()).isCloseTo(expected / BATCH, within(1e-4 * expected));
  }

  @Test
  void lossVanishesBeyondTheEntropyWhenStudentAndTeacherAgree() {
    double[] z = logits(2, 103);
    TargetBatch targets = targets(3, 2, 104);
    for (int i = 0; i < BATCH; i++) {
      float[] q = softmax(Arrays.copyOfRange(z, i * CLASSES, (i + 1) * CLASSES), 3);
      targets.set(i, q, TargetBatch.UNLABELLED, 1f);
    }

    BatchLoss loss = objective(3, 0).value(new DoubleMatrix(z, CLASSES), targets, BATCH);

    assertThat(loss.term("soft").excess() / BATCH).isCloseTo(0, within(1e-6));
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

  @Test
  void batchesAddUp() {
    BatchLoss one = loss(4, 3, 5, List.of(2, 1, 6), new Agreement(1, 3, 2, 1, 0.5));
    BatchLoss other = loss(2, 2, 2, List.of(4, 3, 0), new Agreement(0, 0, 1, 0, 0.25));

    BatchLoss both = BatchLoss.EMPTY.plus(one).plus(other).plus(BatchLoss.EMPTY);

    assertThat(both).isEqualTo(loss(6, 5, 7, List.of(6, 4, 6), new Agreement(1, 3, 3, 1, 0.75)));
    assertThat(both.total()).isEqualTo(2);
  }

  private static BatchLoss loss(
      int rows, int records, double weight, List<Integer> losses, Agreement judged) {
    return new BatchLoss(
        rows,
        records,
        weight,
        List.of(
            new TermLoss("soft", losses.get(0), losses.get(1)),
            new TermLoss("hard", losses.get(2), losses.get(2))),
        judged);
  }

  @Test
  void configurationNamesKeyAndValue() {
    assertThatThrownBy(() -> new DistillationConfig(0, 0.1))
        .hasMessageContaining("objective.temperature")
        .hasMessageContaining("got 0.0");
    assertThatThrownBy(() -> new DistillationConfig(Double.NaN, 0.1))
        .hasMessageContaining("objective.temperature");
    assertThatThrownBy(() -> new DistillationConfig(1, 1.5))
        .hasMessageContaining("objective.hard-weight")
        .hasMessageContaining("got 1.5");
  }

  private static Objective sharp(
      double temperature, double hardWeight, double hardTemperature, double sharpWeight) {
    return new DistillationConfig(
            temperature, hardWeight, 1, hardTemperature, sharpWeight, Double.POSITIVE_INFINITY)
        .objective(CLASSES);
  }

  private static Objective objective(double temperature, double hardWeight) {
    return new DistillationConfig(temperature, hardWeight).objective(CLASSES);
  }

  private static double[] gradient(Objective objective, TargetBatch targets, double[] z) {
    double[] gradient = new double[z.length];
    objective.valueAndGradient(
        new DoubleMatrix(z, CLASSES), targets, BATCH, new DoubleMatrix(gradient, CLASSES), 1);
    return gradient;
  }

  private static TargetBatch targets(double temperature, double spread, long seed) {
    double[] v = logits(spread, seed);
    var targets = new TargetBatch(BATCH, CLASSES);
    for (int i = 0; i < BATCH; i++) {
      double[] row = Arrays.copyOfRange(v, i * CLASSES, (i + 1) * CLASSES);
      targets.set(i, softmax(row, temperature), TargetBatch.UNLABELLED, 1f);
    }
    return targets;
  }

  private static double[] logits(double spread, long seed) {
    var random = new Random(seed);
    return random.doubles(BATCH * CLASSES, -spread, spread).toArray();
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

  private static float[] softmax(double[] z, double temperature) {
    double sum = Arrays.stream(z).map(v -> Math.exp(v / temperature)).sum();
    float[] out = new float[z.length];
    for (int k = 0; k < out.length; k++) {
      out[k] = (float) (Math.exp(z[k] / temperature) / sum);
    }
    return out;
  }

  private static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
  }
}
