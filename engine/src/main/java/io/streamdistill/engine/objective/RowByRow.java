package io.streamdistill.engine.objective;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mean over the records of a {@link RowObjective}. The share of a record depends on nothing but
 * the record itself and the size of the batch. All sums are in double. Reuses its scratch space:
 * one thread at a time.
 */
public final class RowByRow implements Objective {

  /**
   * How logits and gradients are measured.
   *
   * @param temperature T of the teacher's distributions
   * @param logitScale s, unit of the output layer
   * @param bound on the length of a record's gradient; infinity for none
   */
  public record Scale(double temperature, double logitScale, double bound) {}

  private final RowObjective objective;
  private final Scale scale;
  private final ObjectiveRow row;
  private final List<Term> terms;
  private final double[] losses; // (terms), of one record, as the next
  private final double[] excess;
  private final double[] lossSums; // (terms), of the batch, as the next
  private final double[] excessSums;
  private final double[] gradient; // (classes)

  /** Creates it. */
  public RowByRow(RowObjective objective, Scale scale, int classes) {
    this.objective = objective;
    this.scale = scale;
    row = new ObjectiveRow(scale.temperature(), classes);
    terms = List.copyOf(objective.terms());
    losses = new double[terms.size()];
    excess = new double[terms.size()];
    lossSums = new double[terms.size()];
    excessSums = new double[terms.size()];
    gradient = new double[classes];
  }

  @Override
  public List<Term> terms() {
    return terms;
  }

  @Override
  public BatchLoss value(LogitMatrix z, TargetBatch targets, int rows) {
    return evaluate(z, targets, rows, null, 1);
  }

  @Override
  public BatchLoss valueAndGradient(
      LogitMatrix z, TargetBatch targets, int rows, LogitMatrix into, double factor) {
    return evaluate(z, targets, rows, into, factor);
  }

  private BatchLoss evaluate(
      LogitMatrix z, TargetBatch targets, int rows, @Nullable LogitMatrix into, double factor) {
    if (targets.classes() != row.classes()) {
      throw new IllegalArgumentException(
          "targets over %d classes, objective over %d".formatted(targets.classes(), row.classes()));
    }
    if (rows < 1 || rows > targets.batchSize()) {
      throw new IllegalArgumentException(
          "rows must be in [1, %d], got %d".formatted(targets.batchSize(), rows));
    }
    Arrays.fill(lossSums, 0);
    Arrays.fill(excessSums, 0);
    AgreementSum judged = new AgreementSum();
    double unit = factor / rows / (scale.logitScale() * scale.logitScale());
    for (int i = 0; i < rows; i++) {
      row.read(z, targets, i);
      objective.row(row, losses, excess, gradient);
      for (int t = 0; t < losses.length; t++) {
        lossSums[t] += losses[t];
        excessSums[t] += excess[t];
      }
      judged.add(row);
      if (into != null) {
        scaleGradient(unit);
        into.writeRow(i, gradient);
      }
    }
    return judged.toBatchLoss(rows, sums());
  }

  /** Times {@code unit}, and no longer than the bound times it. */
  private void scaleGradient(double unit) {
    double squares = 0;
    for (double derivative : gradient) {
      squares += derivative * derivative;
    }
    double bound = scale.bound();
    double factor = squares > bound * bound ? unit * bound / Math.sqrt(squares) : unit;
    for (int k = 0; k < gradient.length; k++) {
      gradient[k] *= factor;
    }
  }

  private List<TermLoss> sums() {
    List<TermLoss> sums = new ArrayList<>();
    for (int t = 0; t < lossSums.length; t++) {
      sums.add(new TermLoss(terms.get(t).name(), lossSums[t], excessSums[t]));
    }
    return sums;
  }
}
