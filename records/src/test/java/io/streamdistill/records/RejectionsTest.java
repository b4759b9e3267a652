package io.streamdistill.records;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.records.Verdict.Reason;
import org.junit.jupiter.api.Test;

final class RejectionsTest {

  private final Rejections rejections =
      new Rejections("goes nowhere", reason -> "Check " + reason.label());

  private void reject(int times) {
    for (int i = 0; i < times; i++) {
      rejections.rejected(Reason.WRONG_CLASS_MAP, "made for other classes", "t-0, offset " + i);
    }
  }

  private void accept(int times) {
    rejections.accepted(times);
  }

  @Test
  void aFewAmongMostAreNoProblem() {
    for (int i = 0; i < 100; i++) {
      accept(3);
      reject(2);
    }
    assertThat(rejections.problem()).isEmpty();
  }

  @Test
  void mostOfThemAreAndAreNotWhenItIsOver() {
    accept(40);
    reject(60);
    assertThat(rejections.problem())
        .hasValueSatisfying(
            problem ->
                assertThat(problem)
                    .contains("of the last", "as wrong-class-map", "made for other classes")
                    .endsWith("Check wrong-class-map"));

    accept(1_000);
    assertThat(rejections.problem()).isEmpty();
  }

  @Test
  void aRunOfThemIsAfterAnyNumberOfGoodOnes() {
    accept(5_000);
    reject(31);
    assertThat(rejections.problem()).isEmpty();

    reject(1);
    assertThat(rejections.problem()).isPresent();

    accept(1);
    assertThat(rejections.problem()).isEmpty();
  }

  @Test
  void nothingButRejectionsAreAtOnce() {
    reject(4);
    assertThat(rejections.problem()).isEmpty();

    reject(1);
    assertThat(rejections.problem()).isPresent();
  }
}
