package io.streamdistill.student.objective;

import org.jspecify.annotations.Nullable;

/**
 * The objective of knowledge distillation (Hinton, Vinyals and Dean, 2015), value and gradient.
 *
 * <p>With student logits z, {@code q_k(T) = exp(z_k/T) / sum_j exp(z_j/T)}, the teacher's
 * distribution p at T, the label y, the weight w and a batch of B records:
 *
 * <pre>
 *   loss     = 1/B sum_i w_i [ (1-a) T^2 CE(p_i, q_i(T)) + a 1[labelled] CE(y_i, q_i(1)) ]
 *   d/dz_ik  = w_i/B [ (1-a) T (q_ik(T) - p_ik) + a 1[labelled] (q_ik(1) - 1[y_i = k]) ]
 * </pre>
 *
 * <p>The share of a record depends on nothing but the record itself and B. All sums are in double
 * and all exponents are taken relative to the largest logit. Reuses its scratch space: one thread
 * at a time.
 */
public final class DistillationObjective {

  private final ObjectiveConfig config;
  private final int classes;
  private final double[] logits; // (classes)
  private final double[] gradient; // (classes)
  private final double[] soft; // (classes), exp((z - max z)/T)
  private final double[] hard; // (classes), exp(z - max z)
  private final double[] teacher; // (classes), T log p
  private final Sums sums = new Sums();

  public DistillationObjective(ObjectiveConfig config, int classes) {
    this.config = config;
    this.classes = classes;
    logits = new double[classes];
    gradient = new double[classes];
    soft = new double[classes];
    hard = new double[classes];
    teacher = new double[classes];
  }

  public ObjectiveConfig config() {
    return config;
  }

  /** The loss of the first {@code rows} records. */
  public BatchLoss value(LogitMatrix z, TargetBatch targets, int rows) {
    return evaluate(z, targets, rows, null, 1);
  }

  /**
   * The loss of the first {@code rows} records and its gradient.
   *
   * @param scale factor on the gradient: 1 for the gradient of the mean, rows for that of the sum
   */
  public BatchLoss valueAndGradient(
      LogitMatrix z, TargetBatch targets, int rows, LogitMatrix gradient, double scale) {
    return evaluate(z, targets, rows, gradient, scale);
  }

  private BatchLoss evaluate(
      LogitMatrix z, TargetBatch targets, int rows, @Nullable LogitMatrix into, double scale) {
    if (targets.classes() != classes) {
      throw new IllegalArgumentException(
          "targets over %d classes, objective over %d".formatted(targets.classes(), classes));
    }
    if (rows < 1 || rows > targets.batchSize()) {
      throw new IllegalArgumentException(
          "rows must be in [1, %d], got %d".formatted(targets.batchSize(), rows));
    }
    sums.clear();
    for (int row = 0; row < rows; row++) {
      z.readRow(row, logits);
      record(targets, row, scale / rows);
      if (into != null) {
        into.writeRow(row, gradient);
      }
    }
    return sums.toBatchLoss(rows);
  }

  /** Adds one record to the sums and leaves its gradient, times {@code scale}, in the scratch. */
  private void record(TargetBatch targets, int row, double scale) {
    double temperature = config.temperature();
    float[] p = targets.softTargets(); // (batch, classes)
    int at = row * classes;
    int label = targets.labels()[row];
    double weight = targets.weights()[row];
    double softShare = 1 - config.hardWeight();
    double hardShare = label == TargetBatch.UNLABELLED ? 0 : config.hardWeight();

    double max = logits[0];
    for (int k = 1; k < classes; k++) {
      max = Math.max(max, logits[k]); // NaN wins
    }
    double softSum = 0;
    double hardSum = 0;
    double mass = 0; // of p: 1 but for its rounding on the wire
    double teacherMax = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      double z = logits[k] - max;
      soft[k] = Math.exp(z / temperature);
      hard[k] = Math.exp(z);
      teacher[k] = temperature * Math.log(p[at + k]);
      softSum += soft[k];
      hardSum += hard[k];
      mass += p[at + k];
      teacherMax = Math.max(teacherMax, teacher[k]);
    }
    double teacherSum = 0;
    for (int k = 0; k < classes; k++) {
      teacherSum += Math.exp(teacher[k] - teacherMax);
    }

    double logSoftSum = Math.log(softSum);
    double logHardSum = Math.log(hardSum);
    double logTeacherSum = Math.log(teacherSum);
    double softEntropy = 0; // CE(p, q(T))
    double divergence = 0; // KL(softmax(T log p) || q(1))
    for (int k = 0; k < classes; k++) {
      double z = logits[k] - max;
      softEntropy -= p[at + k] * (z / temperature - logSoftSum);
      double logTeacher = teacher[k] - teacherMax - logTeacherSum;
      double atOne = Math.exp(logTeacher);
      if (atOne != 0) { // 0 log 0 = 0
        divergence += atOne * (logTeacher - (z - logHardSum));
      }
      gradient[k] =
          scale
              * weight
              * (softShare * temperature * (mass * soft[k] / softSum - p[at + k])
                  + hardShare * (hard[k] / hardSum - (k == label ? 1 : 0)));
    }
    double hardEntropy =
        label == TargetBatch.UNLABELLED ? 0 : logHardSum - (logits[label] - max); // CE(y, q(1))

    sums.softLoss += weight * softShare * temperature * temperature * softEntropy;
    sums.hardLoss += weight * hardShare * hardEntropy;
    if (weight != 0) {
      int answer = argmax(logits);
      sums.records++;
      sums.divergence += divergence;
      sums.agreements += answer == argmax(teacher) ? 1 : 0;
      sums.labelled += label == TargetBatch.UNLABELLED ? 0 : 1;
      sums.correct += answer == label ? 1 : 0;
    }
  }

  private static int argmax(double[] values) {
    int best = 0;
    for (int k = 1; k < values.length; k++) {
      if (values[k] > values[best]) {
        best = k;
      }
    }
    return best;
  }

  private static final class Sums {
    private double softLoss;
    private double hardLoss;
    private double divergence;
    private int records;
    private int labelled;
    private int agreements;
    private int correct;

    private void clear() {
      softLoss = 0;
      hardLoss = 0;
      divergence = 0;
      records = 0;
      labelled = 0;
      agreements = 0;
      correct = 0;
    }

    private BatchLoss toBatchLoss(int rows) {
      return new BatchLoss(
          rows, records, softLoss, hardLoss, labelled, agreements, correct, divergence);
    }
  }
}
