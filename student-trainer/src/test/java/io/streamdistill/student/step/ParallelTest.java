package io.streamdistill.student.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;

final class ParallelTest {

  private static final int MANY = 1_000_003; // elements: enough to be shared out, and odd

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void everyTurnRunsOnce(int threads) {
    try (Parallel parallel = new Parallel(threads)) {
      for (int count : new int[] {0, 1, 5, MANY}) {
        AtomicIntegerArray turns = new AtomicIntegerArray(count);
        parallel.loop(
            count,
            1_000,
            (part, from, to) -> {
              assertThat(part).isBetween(0, parallel.parts() - 1);
              IntStream.range(from, to).forEach(turns::incrementAndGet);
            });
        assertThat(IntStream.range(0, count).allMatch(i -> turns.get(i) == 1)).isTrue();
      }
    }
  }

  @Test
  void aShareThatFailsFailsTheLoop() {
    try (Parallel parallel = new Parallel(2)) {
      assertThatThrownBy(
              () ->
                  parallel.loop(
                      MANY,
                      1,
                      (part, from, to) -> {
                        if (part == 1) {
                          throw new IllegalArgumentException("broken");
                        }
                      }))
          .hasRootCauseMessage("broken");
    }
  }

  static List<IUpdater> updaters() {
    return List.of(new Adam(1), new Nesterovs(1, 0.9));
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void updatesHaveTheSameBitsOnAnyNumberOfThreads(IUpdater updater) {
    assertThat(updated(updater, 3)).isEqualTo(updated(updater, 1));
  }

  private static float[] updated(IUpdater updater, int threads) {
    int in = 500;
    int out = 401;
    int n = in * out + out;
    var unused = Nd4j.empty();
    DenseStack.Layer layer = new DenseStack.Layer(in, out, unused, unused, in * out);
    FloatBuffer parameters = random(n);
    FloatBuffer state = FloatBuffer.allocate(2 * n);
    try (Parallel parallel = new Parallel(threads)) {
      FusedUpdate update =
          FusedUpdate.of(updater, 0.1, List.of(layer), parameters, random(n), state, parallel);
      update.apply(0.01f, 0);
      update.apply(0.01f, 1);
    }
    float[] result = Arrays.copyOf(parameters.array(), 3 * n);
    System.arraycopy(state.array(), 0, result, n, 2 * n);
    return result;
  }

  @Test
  void columnsHaveTheSameBitsOnAnyNumberOfThreads() {
    assertThat(columns(3)).isDeepEqualTo(columns(1));
  }

  private static float[][] columns(int threads) {
    int rows = 301;
    int units = 501;
    FloatBuffer z = random(rows * units);
    IntBuffer bits = IntBuffer.allocate(rows * units);
    IntStream.range(0, rows * units).forEach(i -> bits.put(i, Float.floatToIntBits(i - 70_000)));
    float[] sums = new float[units];
    try (Parallel parallel = new Parallel(threads)) {
      Columns columns = new Columns(rows, parallel);
      columns.addBias(z, rows, units, random(units), 0);
      columns.addBiasAndRectify(z, rows, units, random(units), 0);
      columns.sum(z, rows, units, sums);
      IntBuffer activation = IntBuffer.allocate(rows * units);
      IntStream.range(0, rows * units).forEach(i -> activation.put(i, Math.max(0, i % 3 - 1)));
      columns.maskByActivation(bits, activation, rows, units);
    }
    float[] masked = new float[rows * units];
    IntStream.range(0, masked.length).forEach(i -> masked[i] = bits.get(i));
    return new float[][] {z.array(), sums, masked};
  }

  private static FloatBuffer random(int n) {
    Random random = new Random(n);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return FloatBuffer.wrap(values);
  }
}
