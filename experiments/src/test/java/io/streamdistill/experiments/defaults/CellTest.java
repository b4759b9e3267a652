package io.streamdistill.experiments.defaults;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.experiments.lab.Results;
import io.streamdistill.experiments.lab.Results.Run;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CellTest {

  private static Run run(Map<String, Object> figures) {
    return new Run("task", 1, Results.settings(Map.of()), figures, 1);
  }

  private static Run agreeing(double agreement) {
    return run(
        Map.of("agreement", agreement, "reference", 0.95, "tolerance", 1.0, "diverged", false));
  }

  @Test
  void theMeanOfAllSeedsIsWhatCounts() {
    Cell cell = Cell.of(List.of(agreeing(0.93), agreeing(0.955)));

    assertThat(cell.agreement()).isEqualTo(0.9425);
    assertThat(cell.difference()).isEqualTo(-0.75);
    assertThat(cell.met()).isTrue();
  }

  @Test
  void aPointIsWithinTheTargetAndALittleMoreIsNot() {
    assertThat(Cell.of(List.of(agreeing(0.94))).met()).isTrue();
    assertThat(Cell.of(List.of(agreeing(0.9399))).met()).isFalse();
  }

  @Test
  void aSeedThatFailedOrDivergedIsAMiss() {
    Run failed = run(Map.of("reference", 0.95, "tolerance", 1.0, "failed", "no teacher"));
    Run diverged =
        run(Map.of("agreement", 0.95, "reference", 0.95, "tolerance", 1.0, "diverged", true));

    assertThat(Cell.of(List.of(agreeing(0.99), failed)))
        .satisfies(cell -> assertThat(cell.failed()).isOne())
        .satisfies(cell -> assertThat(cell.met()).isFalse());
    assertThat(Cell.of(List.of(agreeing(0.99), diverged)))
        .satisfies(cell -> assertThat(cell.diverged()).isOne())
        .satisfies(cell -> assertThat(cell.met()).isFalse());
    assertThat(Cell.of(List.of(failed)).agreement()).isNull();
  }

  @Test
  void fewerThan200TestRowsHaveTwoPoints() {
    assertThat(new Reference(0.9, 0, 199).tolerance()).isEqualTo(0.02);
    assertThat(new Reference(0.9, 0, 200).tolerance()).isEqualTo(0.01);
  }
}
