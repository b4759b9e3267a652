package io.streamdistill.student.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.format.GateCheck;
import io.streamdistill.records.ClassMap;
import io.streamdistill.student.gate.GateConfig.Metric;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class GateRulesTest {

  private static final int[] TEACHER = {100, 80, 20};

  private static final Scores.Each NONE =
      new Scores.Each(new double[0], new double[0], new double[0]);

  private static GateRules rules(Metric metric) {
    return new GateRules(new GateConfig(0.02, 200, 200, metric, 0.01, 0.5), ClassMap.ofCount(3));
  }

  private static Scores scores(double accuracy, int labelled, double agreement, double divergence) {
    return new Scores(
        accuracy, labelled, agreement, divergence, true, new int[] {98, 81, 21}, NONE);
  }

  private static final Scores CHAMPION = scores(0.95, 150, 0.96, 0.10);

  @Test
  void theFirstChampionNeedsNoOtherToBeatButTheFloor() {
    assertThat(rules(Metric.AUTO).decide(CHAMPION, null, TEACHER, 200).passed()).isTrue();

    Decision refused = rules(Metric.AUTO).decide(scores(0.9, 150, 0.4, 1), null, TEACHER, 200);

    assertThat(refused.passed()).isFalse();
    assertThat(refused.reason())
        .isEqualTo("agreement-floor: 0.4000 is below 0.5000, student.gate.min-agreement");
  }

  @Test
  void alittleWorseIsGoodEnoughAndMoreIsNot() {
    GateRules rules = rules(Metric.AUTO);

    assertThat(rules.decide(scores(0.945, 150, 0.955, 0.105), CHAMPION, TEACHER, 200).passed())
        .isTrue();
    assertThat(rules.decide(scores(0.93, 150, 0.96, 0.1), CHAMPION, TEACHER, 200).reason())
        .startsWith("accuracy: 0.9300 is below 0.9400");
    assertThat(rules.decide(scores(0.95, 150, 0.94, 0.1), CHAMPION, TEACHER, 200).reason())
        .startsWith("agreement: 0.9400 is below 0.9500");
    assertThat(rules.decide(scores(0.95, 150, 0.96, 0.12), CHAMPION, TEACHER, 200).reason())
        .startsWith("divergence: 0.1200 is above 0.1100");
  }

  /** On ten examples, one answer more or less is chance; three are not. */
  @Test
  void aDifferenceBelowItsStandardErrorSaysNothing() {
    GateRules rules = rules(Metric.AGREEMENT);
    Scores champion = ofTen(10);

    assertThat(rules.decide(ofTen(9), champion, TEACHER, 5).passed()).isTrue();
    assertThat(rules.decide(ofTen(7), champion, TEACHER, 5).reason())
        .startsWith("agreement: 0.7000 is below 0.8");
  }

  private static Scores ofTen(int agreeing) {
    double[] agrees = new double[10];
    Arrays.fill(agrees, 0, agreeing, 1);
    return new Scores(
        Double.NaN,
        0,
        agreeing / 10.0,
        0.1,
        true,
        new int[] {98, 81, 21},
        new Scores.Each(agrees, new double[10], new double[0]));
  }

  @Test
  void aSmallHoldOutHasFewLabels() {
    Scores fewLabels = scores(0.9, 8, 0.96, 0.1);

    assertThat(rules(Metric.ACCURACY).decide(fewLabels, CHAMPION, TEACHER, 6).passed()).isFalse();
    assertThat(rules(Metric.ACCURACY).decide(fewLabels, CHAMPION, TEACHER, 6).reason())
        .startsWith("accuracy: 0.9000 is below 0.9400");
  }

  @Test
  void whatADecisionTakesFollowsTheStream() {
    GateConfig config = new GateConfig(0.02, 2_000, 0, Metric.AUTO, 0.01, 0.5);

    assertThat(config.required(10)).isEqualTo(5);
    assertThat(config.required(500)).isEqualTo(5);
    assertThat(config.required(5_000)).isEqualTo(50);
    assertThat(config.required(5_000_000)).isEqualTo(200);
    assertThat(new GateConfig(0.02, 2_000, 7, Metric.AUTO, 0.01, 0.5).required(10)).isEqualTo(7);
  }

  @Test
  void labelsThatAreWrongDoNotMakeAChampionByThemselves() {
    Decision decision =
        rules(Metric.AUTO)
            .decide(scores(0.99, 150, 0.6, 0.9), scores(0.05, 150, 0.96, 0.1), TEACHER, 200);

    assertThat(decision.passed()).isFalse();
    assertThat(decision.reason()).contains("agreement:").contains("divergence:");
  }

  @Test
  void fewLabelsAreNotLookedAtUnlessTheyAreAskedFor() {
    Scores fewLabels = scores(0.2, 30, 0.96, 0.1);

    assertThat(rules(Metric.AUTO).decide(fewLabels, CHAMPION, TEACHER, 200).passed()).isTrue();
    assertThat(rules(Metric.ACCURACY).decide(fewLabels, CHAMPION, TEACHER, 200).reason())
        .contains("the hold-out has 30 labels, 100 are needed");
  }

  @Test
  void aChosenMetricIsTheOnlyOne() {
    Scores worseByAgreement = scores(0.95, 150, 0.9, 0.1);

    assertThat(rules(Metric.ACCURACY).decide(worseByAgreement, CHAMPION, TEACHER, 200).passed())
        .isTrue();
    assertThat(rules(Metric.DIVERGENCE).decide(worseByAgreement, CHAMPION, TEACHER, 200).passed())
        .isTrue();
    assertThat(rules(Metric.AGREEMENT).decide(worseByAgreement, CHAMPION, TEACHER, 200).passed())
        .isFalse();
  }

  @Test
  void aCollapsedClassIsNamed() {
    Scores collapsed = new Scores(0.9, 150, 0.97, 0.05, true, new int[] {110, 88, 2}, NONE);

    assertThat(rules(Metric.AUTO).decide(collapsed, null, TEACHER, 200).reason())
        .isEqualTo("classes: 2 is answered 2 times, by the teacher 20 times");
  }

  @Test
  void whatIsNotANumberNeverPasses() {
    Scores broken =
        new Scores(Double.NaN, 0, Double.NaN, Double.NaN, false, new int[] {200, 0, 0}, NONE);

    assertThat(rules(Metric.AUTO).decide(broken, CHAMPION, TEACHER, 200).checks())
        .filteredOn(check -> !check.passed())
        .extracting(GateCheck::name)
        .contains("finite", "agreement-floor", "agreement", "divergence");
  }
}
