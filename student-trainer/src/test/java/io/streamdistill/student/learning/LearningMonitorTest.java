package io.streamdistill.student.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.engine.objective.Agreement;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.engine.objective.TermLoss;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningMonitorTest {

  private static final int ROWS = 64;
  private static final double PRIOR = 2;
  private static final double MAJORITY = 0.3;

  private long step;

  private static LearningMonitor monitor(StudentScales scales, String before) {
    return new LearningMonitor(
        new LearningConfig(4, 0.1, 500),
        new DistillationConfig(1, 0),
        scales,
        10,
        0,
        new LearningRecord(before, "", List.of()));
  }

  private static LearningMonitor monitor() {
    return monitor(
        new StudentScales(1_000, null, 1, 1, 1, PRIOR, PRIOR, MAJORITY, 0, 1), "starting");
  }

  /** Steps with the loss in multiples of always giving the same answer. */
  private void steps(LearningMonitor monitor, int count, double loss, double agreement) {
    for (int i = 0; i < count; i++, step++) {
      double sum = loss * PRIOR * ROWS;
      monitor.observe(
          loss("soft", sum, new Agreement(0, 0, (int) (agreement * ROWS), 0, sum)), step);
    }
  }

  private static BatchLoss loss(String term, double sum, Agreement judged) {
    return new BatchLoss(ROWS, ROWS, ROWS, List.of(new TermLoss(term, sum, sum)), judged);
  }

  @Test
  void startsThenLearns() {
    LearningMonitor monitor = monitor();
    steps(monitor, 40, 0.8, 0.4);
    assertThat(monitor.state()).isEqualTo(LearningState.STARTING);

    steps(monitor, 40, 0.5, 0.6);

    assertThat(monitor.state()).isEqualTo(LearningState.LEARNING);
    assertThat(monitor.detail()).contains("0.3000"); // the bar it took
  }

  /** It said that always the same answer would cost 0.000, which the student was no better than. */
  @Test
  void saysThatThereIsNothingToLearnWhenAllAnswersAreAlike() {
    LearningMonitor monitor =
        monitor(new StudentScales(1_000, null, 1, 1, 1, 0, 0, 1, 0, 1), "starting");

    steps(monitor, 60, 1e-9, 1);

    assertThat(monitor.detail())
        .contains("the agreement 1.000; the teacher's answers are all nearly the same")
        .doesNotContain("always the same answer");
  }

  @Test
  void stallsWhenItIsNoBetterThanTheSameAnswerForLong() {
    LearningMonitor monitor = monitor();
    steps(monitor, 499, 1, MAJORITY);
    assertThat(monitor.state()).isEqualTo(LearningState.STARTING);

    steps(monitor, 2, 1, MAJORITY);

    assertThat(monitor.state()).isEqualTo(LearningState.STALLED);
    assertThat(monitor.record().state()).isEqualTo("stalled");
  }

  @Test
  void slowLearnerIsNotCalledStalled() {
    LearningMonitor monitor = monitor();
    steps(monitor, 1_000, 0.95, 0.35);

    assertThat(monitor.state()).isNotEqualTo(LearningState.STALLED);
  }

  @Test
  void divergesAtOnceWhenTheLossExplodes() {
    LearningMonitor monitor = monitor();
    steps(monitor, 3, 1, 0.3);

    assertThatThrownBy(() -> steps(monitor, 10, 1e6, 0.1))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("excess loss");
    assertThat(monitor.state()).isEqualTo(LearningState.DIVERGED);
    assertThat(step).isLessThan(10);
  }

  /** Nearly always the same answer: a student that says nothing yet is far above that bar. */
  @Test
  void beginningOnATeacherOfOneFrequentAnswerIsNoDivergence() {
    LearningMonitor monitor =
        monitor(
            new StudentScales(1_000, null, 1, 1, 1, PRIOR / 100, PRIOR, 0.99, 0, 1), "starting");

    steps(monitor, 150, 1, 0.5);

    assertThat(monitor.state()).isEqualTo(LearningState.STARTING);
  }

  @Test
  void neverHavingLearnedAndWorseThanTheSameAnswerIsDivergence() {
    LearningMonitor monitor = monitor();

    assertThatThrownBy(() -> steps(monitor, 400, 3, 0.1)).isInstanceOf(DivergenceException.class);
    assertThat(step).isGreaterThanOrEqualTo(200);
  }

  /** A stream that changes makes the loss jump; going back would help nobody. */
  @Test
  void driftAfterLearningIsNoDivergence() {
    LearningMonitor monitor = monitor();
    steps(monitor, 300, 0.1, 0.9);

    steps(monitor, 300, 3, 0.2);
    assertThat(monitor.state()).isEqualTo(LearningState.LEARNING);

    steps(monitor, 300, 3, 0.2); // but a student that does not follow has stalled
    assertThat(monitor.state()).isEqualTo(LearningState.STALLED);
  }

  @Test
  void learnedBeforeARestartIsRemembered() {
    LearningMonitor monitor =
        monitor(new StudentScales(1_000, null, 1, 1, 1, PRIOR, PRIOR, MAJORITY, 0, 1), "learning");

    steps(monitor, 300, 3, 0.2);

    assertThat(monitor.state()).isEqualTo(LearningState.LEARNING);
  }

  /** Where nobody measured the teacher, the first batches are the bar. */
  @Test
  void withoutMeasurementTheBeginningIsTheBar() {
    LearningMonitor monitor = monitor(StudentScales.unmeasured(1), "starting");
    steps(monitor, 20, 1, 0.1);

    steps(monitor, 100, 0.5, 0.6);

    assertThat(monitor.state()).isEqualTo(LearningState.LEARNING);
  }

  @Test
  void teacherOfOneAnswerIsLearnedByGivingIt() {
    LearningMonitor monitor =
        monitor(new StudentScales(1_000, null, 1, 1, 1, 0, 0, 1, 0, 1), "starting");

    steps(monitor, 600, 0, 1);

    assertThat(monitor.state()).isEqualTo(LearningState.LEARNING);
  }

  /** An objective that cannot learn says so. */
  @Test
  void hardLabelsOnlyWithoutAnyLabelHasStalled() {
    LearningMonitor monitor = byLabels();

    steps(monitor, 20, 0, 0.1);

    assertThat(monitor.state()).isEqualTo(LearningState.STALLED);
    assertThat(monitor.detail()).contains("hard-weight is 1").contains("examples had a label");
  }

  /** Where only labels count, so does their loss: that of the others is 0 and says nothing. */
  @Test
  void hardLabelsOnlyAreJudgedByTheRecordsThatHaveOne() {
    LearningMonitor monitor = byLabels();

    hardSteps(monitor, 300, Math.log(10), 0.1);
    assertThat(monitor.state()).isEqualTo(LearningState.STARTING);
    hardSteps(monitor, 300, Math.log(10), 0.1);
    assertThat(monitor.state()).isEqualTo(LearningState.STALLED);
    hardSteps(monitor, 50, 0.3, 0.9);
    assertThat(monitor.state()).isEqualTo(LearningState.LEARNING);
  }

  private static LearningMonitor byLabels() {
    return new LearningMonitor(
        new LearningConfig(4, 0.1, 500),
        new DistillationConfig(1, 1),
        new StudentScales(1_000, null, 1, 1, 1, PRIOR, PRIOR, MAJORITY, 0, 1),
        10,
        0,
        new LearningRecord("starting", "", List.of()));
  }

  /** Steps in which every fourth record has a label. */
  private void hardSteps(LearningMonitor monitor, int count, double loss, double accuracy) {
    int labelled = ROWS / 4;
    int correct = (int) (accuracy * labelled);
    for (int i = 0; i < count; i++, step++) {
      double sum = loss * labelled;
      monitor.observe(loss("hard", sum, new Agreement(labelled, labelled, 0, correct, 1)), step);
    }
  }

  @Test
  void whoHasNotLearnedWhenTrainingIsOverHasStalled() {
    LearningMonitor monitor = monitor();
    steps(monitor, 30, 0.95, 0.35);

    monitor.trainingIsOver(step);

    assertThat(monitor.state()).isEqualTo(LearningState.STALLED);
    assertThat(monitor.detail()).contains("training is over");
  }

  @Test
  void shortTrainingThatLearnedIsNoStall() {
    LearningMonitor monitor = monitor();
    steps(monitor, 30, 0.3, 0.7);

    monitor.trainingIsOver(step);

    assertThat(monitor.state()).isEqualTo(LearningState.LEARNING);
  }

  @Test
  void deadLayerIsDivergence() {
    LearningMonitor monitor = monitor();
    monitor.inspect(0.99, 32, 100);
    monitor.inspect(1, 32, 200);

    assertThatThrownBy(() -> monitor.inspect(1, 32, 300))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("hidden layer");
  }

  @Test
  void fewExamplesToWhichALayerGivesNothingAreNoDivergence() {
    LearningMonitor monitor = monitor();
    monitor.inspect(0.5, 1, 0);
    for (int i = 1; i < 20; i++) {
      monitor.inspect(1, 1, 100L * i);
    }

    assertThat(monitor.state()).isEqualTo(LearningState.STARTING);
  }

  @Test
  void aLayerThatNeverGaveAnythingWasNotKilledByTraining() {
    LearningMonitor monitor = monitor();
    for (int i = 0; i < 20; i++) {
      monitor.inspect(1, 128, 100L * i);
    }

    assertThat(monitor.state()).isEqualTo(LearningState.STARTING);
  }
}
