package io.streamdistill.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DistillationObjectiveTest extends ObjectiveFixture {

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

  @Test
  void batchesAddUp() {
    BatchLoss one = loss(4, 3, 5, List.of(2, 1, 6), new Agreement(1, 3, 2, 1, 0.5));
    BatchLoss other = loss(2, 2, 2, List.of(4, 3, 0), new Agreement(0, 0, 1, 0, 0.25));

    BatchLoss both = BatchLoss.EMPTY.plus(one).plus(other).plus(BatchLoss.EMPTY);

    assertThat(both).isEqualTo(loss(6, 5, 7, List.of(6, 4, 6), new Agreement(1, 3, 3, 1, 0.75)));
    assertThat(both.total()).isEqualTo(2);
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
}
