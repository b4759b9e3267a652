package io.streamdistill.student.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.config.ConfigException;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Standardisation;
import io.streamdistill.records.target.Softmax;
import io.streamdistill.student.scale.InputConfig.Standardise;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeasurementTest {

  private static final int CLASSES = 4;
  private static final FeatureContract CONTRACT =
      new FeatureContract(FeatureType.F32, List.of(2), 1, 0);

  private static InputConfig config(Standardise how) {
    return new InputConfig(how, List.of(), List.of(), 10, 10_000);
  }

  private static Measurement measured(InputConfig config, FeatureContract contract, double scale) {
    Measurement measurement = new Measurement(config, contract, CLASSES);
    Random random = new Random(3);
    for (int i = 0; i < 2_000; i++) {
      double[] logits = random.doubles(CLASSES, -scale, scale).toArray();
      Softmax.logSoftmax(logits, 1);
      measurement.add(
          new float[] {
            (float) (1e4 + 3 * random.nextGaussian()), (float) (1e-3 * random.nextGaussian())
          },
          logits);
    }
    return measurement;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 1, 100})
  void temperatureAndUnitFollowTheTeachersLogits(double scale) {
    StudentScales scales =
        measured(config(Standardise.AUTO), CONTRACT, scale)
            .scales(plain(Double.NaN, spread -> spread / 2));

    // Mean standard deviation of 4 uniform numbers in [-1, 1], and the loss, by simulation.
    assertThat(scales.spread() / scale).isCloseTo(0.474, within(0.01));
    assertThat(scales.temperature()).isEqualTo(scales.spread());
    assertThat(scales.logitScale()).isEqualTo(scales.spread() / 2);
    // The bar is the same in units of the logits, whatever they are.
    assertThat(scales.priorLoss() / (scale * scale)).isCloseTo(0.0825, within(0.005));
    assertThat(scales.blankLoss()).isCloseTo(scales.priorLoss(), within(0.01 * scales.priorLoss()));
    assertThat(scales.majority()).isCloseTo(0.25, within(0.05));
    assertThat(scales.examples()).isEqualTo(2_000);
  }

  /** What the same answer costs is measured by what is minimised. */
  @Test
  void barCountsTheSharpTerm() {
    Measurement measurement = measured(config(Standardise.AUTO), CONTRACT, 10);
    StudentScales soft = measurement.scales(plain(20, spread -> 1));
    StudentScales low = measurement.scales(plain(1, spread -> 1));

    StudentScales both = measurement.scales(new ObjectiveChoice(20, 2, spread -> 1, spread -> 1));

    assertThat(both.priorLoss()).isCloseTo(soft.priorLoss() + 2 * low.priorLoss(), within(1e-9));
    assertThat(both.blankLoss()).isCloseTo(soft.blankLoss() + 2 * low.blankLoss(), within(1e-9));
    assertThat(measurement.scales(new ObjectiveChoice(1, 2, spread -> 1, spread -> 1)).priorLoss())
        .isEqualTo(low.priorLoss());
  }

  @Test
  void whatIsGivenIsNotMeasured() {
    StudentScales scales =
        measured(config(Standardise.OFF), CONTRACT, 1).scales(plain(20, spread -> 1));

    assertThat(scales.temperature()).isEqualTo(20);
    assertThat(scales.logitScale()).isEqualTo(1);
    assertThat(scales.standardisation()).isNull();
    assertThat(scales.greatest()).isBetween(10_005f, 10_020f);
  }

  @Test
  void floatsAreStandardisedEachByItself() {
    Standardisation standardisation =
        Objects.requireNonNull(
            measured(config(Standardise.AUTO), CONTRACT, 1)
                .scales(plain(1, spread -> 1))
                .standardisation());

    assertThat(standardisation.mean().get(0)).isCloseTo(1e4f, within(0.3f));
    assertThat(standardisation.deviation().get(0)).isCloseTo(3, within(0.2f));
    assertThat(standardisation.deviation().get(1)).isCloseTo(1e-3f, within(1e-4f));
    assertThat(standardisation.limit()).isEqualTo(10);
  }

  @Test
  void bytesShareOneUnitAndZeroStaysZero() {
    FeatureContract bytes = FeatureContract.u8(2);
    Measurement measurement = new Measurement(config(Standardise.AUTO), bytes, CLASSES);
    for (int i = 0; i < 100; i++) {
      measurement.add(new float[] {0, 0.03f * (i % 2)}, new double[CLASSES]);
    }

    Standardisation shared =
        Objects.requireNonNull(measurement.scales(plain(1, spread -> 1)).standardisation());

    assertThat(shared.mean()).containsOnly(0f);
    // Root mean square 0.015, brought to 1/3.
    assertThat(shared.deviation())
        .allSatisfy(unit -> assertThat(unit).isCloseTo(0.045f, within(1e-4f)));
  }

  /** Like photographs, whose grey is far from 0. */
  @Test
  void bytesWithoutADarkGroundAreCentred() {
    Measurement measurement =
        new Measurement(config(Standardise.AUTO), FeatureContract.u8(2), CLASSES);
    for (int i = 0; i < 100; i++) {
      measurement.add(
          new float[] {0.5f + 0.03f * (i % 2), 0.3f - 0.03f * (i % 2)}, new double[CLASSES]);
    }

    Standardisation shared =
        Objects.requireNonNull(measurement.scales(plain(1, spread -> 1)).standardisation());

    assertThat(shared.mean().get(0)).isCloseTo(0.515f, within(1e-4f));
    assertThat(shared.mean().get(1)).isCloseTo(0.285f, within(1e-4f));
    // Deviation 0.015, brought to 1/3.
    assertThat(shared.deviation())
        .allSatisfy(unit -> assertThat(unit).isCloseTo(0.045f, within(1e-4f)));
  }

  @Test
  void blankBytesAreLeftAsTheyAre() {
    Measurement measurement =
        new Measurement(config(Standardise.AUTO), FeatureContract.u8(2), CLASSES);
    measurement.add(new float[2], new double[CLASSES]);

    assertThat(measurement.scales(plain(1, spread -> 1)).standardisation()).isNull();
  }

  @Test
  void teacherThatSaysNothingHasUnitOne() {
    Measurement measurement = new Measurement(config(Standardise.OFF), CONTRACT, CLASSES);
    measurement.add(new float[2], new double[CLASSES]);

    StudentScales scales = measurement.scales(plain(Double.NaN, spread -> spread / 2));

    assertThat(scales.spread()).isEqualTo(1);
    assertThat(scales.priorLoss()).isZero();
    assertThat(scales.majority()).isEqualTo(1);
  }

  @Test
  void givenFiguresMustBeComplete() {
    assertThatThrownBy(() -> new InputConfig(Standardise.GIVEN, List.of(1f), List.of(), 10, 10_000))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("1 means and 0 deviations");
    assertThatThrownBy(
            () -> new InputConfig(Standardise.AUTO, List.of(1f), List.of(1f), 10, 10_000))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("standardise: given");
  }

  private static ObjectiveChoice plain(double temperature, DoubleUnaryOperator logitScale) {
    return new ObjectiveChoice(temperature, 0, spread -> 1, logitScale);
  }
}
