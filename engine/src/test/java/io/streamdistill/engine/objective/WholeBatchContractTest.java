package io.streamdistill.engine.objective;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An objective that no sum over records is: the square of the batch's mean logit. */
final class WholeBatchContractTest extends ObjectiveContract {

  private static final class SquaredMean implements Objective {
    private final Objective judge = DistillationConfig.DEFAULT.objective(CLASSES);
    private final double[] row = new double[CLASSES];

    @Override
    public List<Term> terms() {
      return List.of(new Term("mean", "Square of the mean logit"));
    }

    @Override
    public BatchLoss value(LogitMatrix z, TargetBatch targets, int rows) {
      return evaluate(z, targets, rows, null, 1);
    }

    @Override
    public BatchLoss valueAndGradient(
        LogitMatrix z, TargetBatch targets, int rows, LogitMatrix gradient, double scale) {
      return evaluate(z, targets, rows, gradient, scale);
    }

    private BatchLoss evaluate(
        LogitMatrix z, TargetBatch targets, int rows, @Nullable LogitMatrix into, double scale) {
      BatchLoss judged = judge.value(z, targets, rows);
      double mean = 0;
      for (int i = 0; i < rows; i++) {
        z.readRow(i, row);
        for (double logit : row) {
          mean += logit / (rows * CLASSES);
        }
      }
      if (into != null) {
        java.util.Arrays.fill(row, scale * 2 * mean / (rows * CLASSES));
        for (int i = 0; i < rows; i++) {
          into.writeRow(i, row);
        }
      }
      double value = rows * mean * mean;
      return new BatchLoss(
          rows,
          judged.records(),
          judged.weight(),
          List.of(new TermLoss("mean", value, value)),
          judged.judged());
    }
  }

  private static final class Config implements ObjectiveConfig {
    @Override
    public Objective objective(int classes) {
      return new SquaredMean();
    }

    @Override
    public double temperature() {
      return 1;
    }

    @Override
    public double logitScale() {
      return 1;
    }

    @Override
    public boolean isOfLabelsAlone() {
      return false;
    }

    @Override
    public double softShare() {
      return 1;
    }

    @Override
    public double blankLabelLoss(int classes) {
      return 0;
    }
  }

  @Override
  protected ObjectiveConfig config() {
    return new Config();
  }
}
