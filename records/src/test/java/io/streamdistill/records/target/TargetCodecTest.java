package io.streamdistill.records.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TargetCodecTest {

  private static final SplittableRandom RANDOM = new SplittableRandom(17);

  /** Logits (classes), normally distributed with the given deviation. */
  private static double[] logits(int classes, double deviation) {
    double[] logits = new double[classes];
    Arrays.setAll(logits, i -> deviation * RANDOM.nextGaussian());
    return logits;
  }

  private static double[] logSoftmax(double[] logits, double temperature) {
    double[] values = logits.clone();
    Softmax.logSoftmax(values, temperature);
    return values;
  }

  private static double[] centred(double[] logits, double factor) {
    double mean = Arrays.stream(logits).average().orElseThrow();
    return Arrays.stream(logits).map(logit -> factor * (logit - mean)).toArray();
  }

  private static ByteBuffer floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.flip();
  }

  private static ByteBuffer halves(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putShort(Float16.fromFloat(value));
    }
    return bytes.flip();
  }

  private static boolean isDistribution(TargetEncoding encoding, ByteBuffer targets) {
    return TargetCodec.decode(encoding, targets, new double[2]);
  }

  @ParameterizedTest
  @CsvSource({
    // relative error of a float32 probability is 2^-24; a float16 log p below 16 is off by 2^-8
    "DENSE_F32,                 1e-6",
    "DENSE_F16_LOG_PROBABILITY, 8e-3"
  })
  void recoversLogProbabilities(TargetEncoding encoding, double tolerance) {
    for (int i = 0; i < 200; i++) {
      int classes = RANDOM.nextInt(2, 200);
      double[] expected = logSoftmax(logits(classes, 20), 20);
      double[] decoded = new double[classes];

      ByteBuffer targets = TargetCodec.encode(encoding, expected);

      assertThat(targets.remaining()).isEqualTo(TargetCodec.bytes(encoding, classes));
      assertThat(TargetCodec.decode(encoding, targets, decoded)).isTrue();
      assertThat(decoded).containsExactly(expected, within(tolerance));
      assertThat(Arrays.stream(decoded).map(Math::exp).sum()).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void temperatureTimesLogProbabilityIsTheCentredLogit() {
    for (int i = 0; i < 1_000; i++) {
      double temperature = RANDOM.nextDouble(1, 30);
      double[] logits = logits(10, 5);
      double[] decoded = new double[10];
      TargetCodec.decode(
          TargetEncoding.DENSE_F32,
          TargetCodec.encode(TargetEncoding.DENSE_F32, logSoftmax(logits, temperature)),
          decoded);

      assertThat(centred(decoded, temperature))
          .containsExactly(centred(logits, 1), within(temperature * 2e-7));
    }
  }

  @Test
  void retemperingIsScoringAtTheOtherTemperature() {
    for (int i = 0; i < 1_000; i++) {
      double from = RANDOM.nextDouble(0.5, 30);
      double to = RANDOM.nextDouble(0.5, 30);
      double[] logits = logits(10, 5);
      double[] values = logSoftmax(logits, from);

      TargetCodec.retemper(values, from, to);

      assertThat(values).containsExactly(logSoftmax(logits, to), within(1e-11));
    }
  }

  @Test
  void retemperingToTheSameTemperatureChangesNothing() {
    double[] values = logSoftmax(logits(10, 5), 7);
    double[] before = values.clone();

    TargetCodec.retemper(values, 7, 7);

    assertThat(values).containsExactly(before);
  }

  @ParameterizedTest
  @EnumSource(TargetEncoding.class)
  void keepsACertainTeacherFinite(TargetEncoding encoding) {
    double[] certain = {0, -1e6, Double.NEGATIVE_INFINITY};
    double[] decoded = new double[3];

    assertThat(TargetCodec.decode(encoding, TargetCodec.encode(encoding, certain), decoded))
        .isTrue();

    assertThat(decoded[0]).isCloseTo(0, within(1e-9));
    assertThat(decoded[1]).isFinite().isLessThan(-87);
    assertThat(decoded[2]).isFinite().isLessThan(-87);
  }

  @Test
  void readsExactZerosAsTheFloorOfTheirAnswer() {
    double[] decoded = new double[2];
    assertThat(TargetCodec.decode(TargetEncoding.DENSE_F32, floats(0, 1), decoded)).isTrue();
    assertThat(decoded[0]).isEqualTo(Math.log(1e-3 / 1.001), within(1e-9));
    assertThat(decoded[1]).isEqualTo(Math.log(1 / 1.001), within(1e-9));

    double[] three = new double[3];
    assertThat(TargetCodec.decode(TargetEncoding.DENSE_F32, floats(0.9999f, 1e-4f, -0f), three))
        .isTrue();
    assertThat(three[2] - three[1]).isEqualTo(Math.log(0.5), within(1e-9));
    assertThat(Arrays.stream(three).map(Math::exp).sum()).isCloseTo(1, within(1e-12));
  }

  /** As earlier versions wrote a probability of zero. */
  @Test
  void readsTheSmallestFloatAsItIs() {
    double[] decoded = new double[2];

    assertThat(TargetCodec.decode(TargetEncoding.DENSE_F32, floats(Float.MIN_NORMAL, 1), decoded))
        .isTrue();

    assertThat(decoded[0]).isEqualTo(Math.log(Float.MIN_NORMAL), within(1e-9));
  }

  @Test
  void rejectsWhatIsNoDistribution() {
    TargetEncoding f32 = TargetEncoding.DENSE_F32;
    assertThat(isDistribution(f32, floats(0.5f, 0.5f))).isTrue();
    assertThat(isDistribution(f32, floats(0.504f, 0.504f))).isTrue();
    assertThat(isDistribution(f32, floats(0.51f, 0.51f))).isFalse();
    assertThat(isDistribution(f32, floats(0.49f, 0.49f))).isFalse();
    assertThat(isDistribution(f32, floats(-0.3f, 1))).isFalse();
    assertThat(isDistribution(f32, floats(Float.NaN, 1))).isFalse();
    assertThat(isDistribution(f32, floats(Float.POSITIVE_INFINITY, 0))).isFalse();
    assertThat(isDistribution(f32, floats(1))).isFalse();
    assertThat(isDistribution(f32, floats(0.5f, 0.25f, 0.25f))).isFalse();

    TargetEncoding f16 = TargetEncoding.DENSE_F16_LOG_PROBABILITY;
    float half = (float) Math.log(0.5);
    assertThat(isDistribution(f16, halves(half, half))).isTrue();
    assertThat(isDistribution(f16, halves(0, Float.NEGATIVE_INFINITY))).isFalse();
    assertThat(isDistribution(f16, halves(0, Float.NaN))).isFalse();
    assertThat(isDistribution(f16, halves(0, 0))).isFalse();
    assertThat(isDistribution(f16, halves(1, 1))).isFalse();
  }

  @Test
  void readsInsideAnotherBufferAndLeavesItsPosition() {
    ByteBuffer record = ByteBuffer.allocate(11).put(3, floats(0.25f, 0.75f), 0, 8).position(3);
    double[] decoded = new double[2];

    assertThat(TargetCodec.decode(TargetEncoding.DENSE_F32, record, decoded)).isTrue();

    assertThat(decoded[1]).isCloseTo(Math.log(0.75), within(1e-7));
    assertThat(record.position()).isEqualTo(3);
  }

  @Test
  void softmaxTakesLogitsOfAnySize() {
    assertThat(logSoftmax(new double[] {1e308, 1e308, -1e308}, 1))
        .startsWith(-Math.log(2), -Math.log(2));
    assertThat(logSoftmax(new double[] {-1e300, -1e300}, 1e-3))
        .containsExactly(new double[] {-Math.log(2), -Math.log(2)}, within(1e-12));
  }
}
