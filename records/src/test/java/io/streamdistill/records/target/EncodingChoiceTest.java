package io.streamdistill.records.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncodingChoiceTest {

  private static double[] logProbabilities(double[] logits, double temperature) {
    double[] values = logits.clone();
    Softmax.logSoftmax(values, temperature);
    return values;
  }

  /** Whatever the spread of the logits: they come back to within 1 % of it. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-5, 0.01, 0.1, 1, 5, 20, 100, 500})
  void autoLosesNothingOfTheLogits(double spread) {
    long seed = 11;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 300; i++) {
      int classes = random.nextInt(2, 100);
      double temperature = random.nextDouble(1, 40);
      double[] logits = new double[classes];
      Arrays.setAll(logits, c -> spread * random.nextGaussian());
      double[] sent = logProbabilities(logits, temperature);
      TargetEncoding encoding = EncodingChoice.AUTO.of(sent);

      double[] read = new double[classes];
      assertThat(TargetCodec.decode(encoding, TargetCodec.encode(encoding, sent), read)).isTrue();

      double allowed = 0.011 * deviation(sent) + 3e-7;
      for (int c = 0; c < classes; c++) {
        assertThat(difference(read, sent, c))
            .as("seed %d, %d classes, T %f, %s", seed, classes, temperature, encoding)
            .isLessThanOrEqualTo(2 * allowed);
      }
    }
  }

  /** Against the first class, so that a constant in all of them does not count. */
  private static double difference(double[] read, double[] sent, int c) {
    return Math.abs((read[c] - read[0]) - (sent[c] - sent[0]));
  }

  private static double deviation(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
  }

  @Test
  void autoIsSmallForOrdinaryTeachersAndExactForFlatOnes() {
    double[] logits = {8, -2, 1, -3, 0, -5, 2, -1, -4, 3};
    assertThat(EncodingChoice.AUTO.of(logProbabilities(logits, 20)))
        .isEqualTo(TargetEncoding.DENSE_F16_LOG_PROBABILITY);
    assertThat(EncodingChoice.AUTO.of(logProbabilities(logits, 20 / 0.01)))
        .isEqualTo(TargetEncoding.DENSE_F32);
    assertThat(EncodingChoice.AUTO.of(new double[] {Math.log(0.5), Math.log(0.5)}))
        .isEqualTo(TargetEncoding.DENSE_F32);
  }

  @Test
  void autoKeepsWhatFloat32WouldCutOff() {
    assertThat(EncodingChoice.AUTO.of(new double[] {0, -5000}))
        .isEqualTo(TargetEncoding.DENSE_F16_LOG_PROBABILITY);
  }

  @Test
  void theOthersAreWhatTheySay() {
    double[] any = {Math.log(0.9), Math.log(0.1)};
    assertThat(EncodingChoice.DENSE_F32.of(any)).isEqualTo(TargetEncoding.DENSE_F32);
    assertThat(EncodingChoice.DENSE_F16_LOG_PROBABILITY.of(any))
        .isEqualTo(TargetEncoding.DENSE_F16_LOG_PROBABILITY);
    assertThat(EncodingChoice.AUTO.bytes(10)).isEqualTo(40);
    assertThat(EncodingChoice.DENSE_F16_LOG_PROBABILITY.bytes(10)).isEqualTo(20);
  }
}
