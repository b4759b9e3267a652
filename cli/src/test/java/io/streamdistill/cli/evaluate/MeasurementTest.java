package io.streamdistill.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

final class MeasurementTest {

  private static final FeatureContract ONE = FeatureContract.u8(1);

  @Test
  void measuresEveryCaseOverBatches() throws IOException {
    Scoreboard board = new Measurement(answering(-1), answering(-1), ONE, 2).run(cases(2_500));

    assertThat(board.examples).isEqualTo(2_500);
    assertThat(board.labelled).isEqualTo(2_500);
    assertThat(Scoreboard.sum(board.agreed)).isEqualTo(2_500);
    assertThat(board.right[0]).isEqualTo(1_250);
  }

  @Test
  void saysFromWhichExampleOnTheModelCounts() {
    Measurement measurement = new Measurement(answering(2), null, ONE, 2);

    assertThatThrownBy(() -> measurement.run(cases(2_500)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("example 7 is bad (counted from example 2000 of the data)");
  }

  /** Answers the first class, and fails at the batch of that number. */
  private static Classifier answering(int failing) {
    return new Classifier() {
      private int batches;

      @Override
      public void score(List<ByteBuffer> rows, double[][] logProbabilities) {
        if (batches++ == failing) {
          throw new EvaluationException("example 7 is bad");
        }
        for (int row = 0; row < rows.size(); row++) {
          logProbabilities[row][0] = Math.log(0.9);
          logProbabilities[row][1] = Math.log(0.1);
        }
      }

      @Override
      public double millis(List<ByteBuffer> rows, int classes, LongSupplier nanoTime) {
        return 1;
      }

      @Override
      public void close() {}
    };
  }

  private static Cases cases(int count) {
    return new Cases() {
      @Override
      public void forEach(Consumer<Case> sink) {
        for (int i = 0; i < count; i++) {
          sink.accept(new Case(ByteBuffer.allocate(1), i % 2, null));
        }
      }

      @Override
      public Map<String, Long> leftOut() {
        return Map.of();
      }

      @Override
      public String source() {
        return "memory";
      }

      @Override
      public Map<String, Long> teacherVersions() {
        return Map.of();
      }
    };
  }
}
