package io.streamdistill.benchmarks.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class StepSubjectsTest {

  private static final StepShape SMALL = new StepShape(12, List.of(8, 6), 10, 16);

  @Test
  void theFloorCountsTheProductsThatCannotBeDoneWithout() {
    // forward and weight gradient of each layer, input gradient of all but the first
    double expected = 2.0 * 16 * (2 * 12 * 8 + 3 * 8 * 6 + 3 * 6 * 10);

    assertThat(SMALL.floorFlops()).isEqualTo(expected);
    assertThat(SMALL.network()).isEqualTo("12-8-6-10");
  }

  @Test
  void everySubjectRuns() {
    new StepFloor(SMALL).run();
    for (StepOptimizer optimizer : StepOptimizer.values()) {
      try (StepSubject subject = StepSubjects.student(SMALL, optimizer)) {
        StepSubjects.training(subject).run();

        assertThat(subject.student().label()).isEqualTo("lean");
        assertThat(subject.student().steps()).isEqualTo(1);
      }
      StepSubjects.fit(SMALL, optimizer).run();
    }
  }
}
