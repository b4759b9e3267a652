package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutMlpTest {
  private static final int[] WIDTHS = {5, 7, 6, 3};
  private static final int BATCH = 4;
  private static final int[] LABELS = {0, 2, 1, 2};
  private static final double UNBOUNDED = 1e6;

  /** Without momentum the first step is v = -eta dL/dw, so that v gives every derivative. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.4})
  void gradientsAgreeWithFiniteDifferences(double dropout) {
    TeacherSettings settings = TinyMlp.settings(BATCH, dropout, UNBOUNDED, 0);
    MlpWeights velocity = MlpWeights.zeros(WIDTHS);
    DropoutMlp trained = new DropoutMlp(TinyMlp.weights(WIDTHS), velocity, settings);
    TinyMlp.fill(trained, WIDTHS[0] * BATCH, 5);
    trained.train(LABELS, 1, new SplittableRandom(9));

    MlpWeights weights = TinyMlp.weights(WIDTHS);
    DropoutMlp net = new DropoutMlp(weights, MlpWeights.zeros(WIDTHS), settings);
    int nonZero = 0;
    for (int layer = 0; layer < weights.layers(); layer++) {
      FloatBuffer w = weights.weight(layer).values();
      for (int i = 0; i < w.capacity(); i++) {
        float original = w.get(i);
        w.put(i, original + 1e-2f);
        double above = loss(net);
        w.put(i, original - 1e-2f);
        double below = loss(net);
        w.put(i, original);
        double expected = (above - below) / 2e-2;
        double actual = -velocity.weight(layer).values().get(i);
        assertThat(actual).as("weight %d of layer %d", i, layer).isCloseTo(expected, within(2e-3));
        nonZero += Math.abs(actual) > 0.02 ? 1 : 0;
      }
      float[] bias = weights.bias(layer);
      for (int i = 0; i < bias.length; i++) {
        bias[i] = 1e-2f;
        double above = loss(net);
        bias[i] = -1e-2f;
        double below = loss(net);
        bias[i] = 0;
        assertThat((double) -velocity.bias(layer)[i])
            .as("bias %d of layer %d", i, layer)
            .isCloseTo((above - below) / 2e-2, within(2e-3));
      }
    }
    assertThat(nonZero).as("derivatives well above the tolerance").isGreaterThan(15);
  }

  private static double loss(DropoutMlp net) {
    TinyMlp.fill(net, WIDTHS[0] * BATCH, 5);
    return net.gradient(LABELS, new SplittableRandom(9));
  }

  @Test
  void momentumRepeatsItsShareOfTheLastStep() {
    TeacherSettings settings = TinyMlp.settings(BATCH, 0, UNBOUNDED, 0.9);
    MlpWeights velocity = MlpWeights.zeros(WIDTHS);
    DropoutMlp net = new DropoutMlp(TinyMlp.weights(WIDTHS), velocity, settings);
    TinyMlp.fill(net, WIDTHS[0] * BATCH, 5);
    net.train(LABELS, 0.1, new SplittableRandom(9));
    float first = velocity.weight(1).values().get(3);
    float firstBias = velocity.bias(2)[1];

    net.train(LABELS, 0, new SplittableRandom(9));

    assertThat(first).isNotZero();
    assertThat(velocity.weight(1).values().get(3)).isCloseTo(0.9f * first, within(1e-7f));
    assertThat(velocity.bias(2)[1]).isCloseTo(0.9f * firstBias, within(1e-7f));
  }

  @Test
  void maxNormHoldsForHiddenUnitsAfterEveryStep() {
    double radius = 0.8;
    TeacherSettings settings = TinyMlp.settings(BATCH, 0.2, radius, 0.5);
    MlpWeights weights = TinyMlp.weights(WIDTHS);
    DropoutMlp net = new DropoutMlp(weights, MlpWeights.zeros(WIDTHS), settings);
    SplittableRandom random = new SplittableRandom(2);
    for (int step = 0; step < 20; step++) {
      TinyMlp.fill(net, WIDTHS[0] * BATCH, step);
      net.train(LABELS, 0.5, random);
      assertThat(largestNorm(weights.weight(0))).isCloseTo(radius, within(1e-6));
      assertThat(largestNorm(weights.weight(1))).isCloseTo(radius, within(1e-6));
    }
    assertThat(largestNorm(weights.weight(2))).as("output units are free").isGreaterThan(radius);
  }

  private static double largestNorm(Matrix weight) {
    double largest = 0;
    for (int unit = 0; unit < weight.columns(); unit++) {
      double square = 0;
      for (int i = 0; i < weight.rows(); i++) {
        square += Math.pow(weight.values().get(unit * weight.rows() + i), 2);
      }
      largest = Math.max(largest, Math.sqrt(square));
    }
    return largest;
  }
}
