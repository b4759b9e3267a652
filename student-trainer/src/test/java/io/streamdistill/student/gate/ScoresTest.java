package io.streamdistill.student.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class ScoresTest {

  @Test
  void scoresByHand() {
    double half = Math.log(0.5);
    double quarter = Math.log(0.25);
    HoldOut.Examples examples =
        new HoldOut.Examples(
            ByteBuffer.allocate(0),
            new double[][] {{half, quarter, quarter}, {quarter, half, quarter}},
            new int[] {0, HoldOut.UNLABELLED});

    Scores scores = Scores.of(new double[][] {{2, 1, 1}, {5, 5 + 1e-9, 5}}, examples);

    assertThat(scores.accuracy()).isEqualTo(1);
    assertThat(scores.labelled()).isEqualTo(1);
    assertThat(scores.agreement()).isEqualTo(1);
    assertThat(scores.answers()).containsExactly(1, 1, 0);
    double z = Math.E * Math.E + 2 * Math.E;
    double first = 0.5 * (half - (2 - Math.log(z))) + 2 * 0.25 * (quarter - (1 - Math.log(z)));
    double second = 0.5 * (half + Math.log(3)) + 0.5 * (quarter + Math.log(3));
    assertThat(scores.divergence()).isCloseTo((first + second) / 2, within(1e-8));
    assertThat(Scores.teacherAnswers(examples, 3)).containsExactly(1, 1, 0);
  }

  @Test
  void noticesWhatIsNotANumber() {
    HoldOut.Examples one =
        new HoldOut.Examples(
            ByteBuffer.allocate(0), new double[][] {{0, -9}}, new int[] {HoldOut.UNLABELLED});

    assertThat(Scores.of(new double[][] {{Double.NaN, 0}}, one).finite()).isFalse();
    assertThat(Scores.of(new double[][] {{1, 0}}, one).finite()).isTrue();
    assertThat(Scores.of(new double[][] {{1, 0}}, one).accuracy()).isNaN();
  }
}
