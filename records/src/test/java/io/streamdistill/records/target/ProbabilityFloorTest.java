package io.streamdistill.records.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ProbabilityFloorTest {

  @Test
  void aZeroIsHalfOfTheSmallestOfItsAnswer() {
    double[] answer = {0.9999, 0.0001, 0, -1e-9};

    ProbabilityFloor.raiseZeros(answer);

    double sum = 1 + 2 * 0.00005;
    assertThat(answer)
        .containsExactly(
            new double[] {0.9999 / sum, 0.0001 / sum, 0.00005 / sum, 0.00005 / sum}, within(1e-12));
  }

  @Test
  void aCertainAnswerGetsTheCap() {
    double[] answer = {0, 1, 0};

    ProbabilityFloor.raiseZeros(answer);

    assertThat(answer[0])
        .isCloseTo(ProbabilityFloor.CAP / (1 + 2 * ProbabilityFloor.CAP), within(1e-15));
    assertThat(Arrays.stream(answer).sum()).isCloseTo(1, within(1e-12));
  }

  @Test
  void anAnswerWithoutZerosKeepsItsBits() {
    double[] answer = {1e-300, 0.3, 0.7};

    ProbabilityFloor.raiseZeros(answer);

    assertThat(answer).containsExactly(1e-300, 0.3, 0.7);
  }

  @Test
  void aFloorThatIsGivenRaisesWhateverIsBelow() {
    double[] answer = {0.98, 0.019, 0.001};

    ProbabilityFloor.raise(answer, 0.02);

    assertThat(answer)
        .containsExactly(new double[] {0.98 / 1.02, 0.02 / 1.02, 0.02 / 1.02}, within(1e-12));
  }
}
