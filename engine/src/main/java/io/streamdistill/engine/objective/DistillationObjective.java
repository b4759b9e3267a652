package io.streamdistill.engine.objective;

import org.jspecify.annotations.Nullable;

/**
 * The objective of knowledge distillation (Hinton, Vinyals and Dean, 2015), value and gradient.
 *
 * <p>With student logits z, {@code q_k(T) = exp(z_k/T) / sum_j exp(z_j/T)}, the teacher's
 * distribution p at T, the label y, the weight w and a batch of B records:
 *
 * <pre>
 *   loss     = 1/B sum_i w_i [ (1-a) (T^2 CE(p_i, q_i(T)) + b h^2 CE(p_i(h), q_i(h)))
 *                              + a 1[labelled] h^2 CE(y_i, q_i(h)) ]
 *   d/dz_ik  = w_i/B [ (1-a) (T (q_ik(T) - p_ik) + b h (q_ik(h) - p_ik(h)))
 *                      + a 1[labelled] h (q_ik(h) - 1[y_i = k]) ]
 * </pre>
 *
 * <p>The term of weight b, with the teacher's distribution p(h) at h, is not the paper's. At a high
 * T the classes that the teacher rules out have nearly all of the gradient when there are hundreds
 * of them; this term keeps the student at the few that it chooses between.
 *
 * <p>The hard term is at {@code h = 1}, as in the paper, unless the teacher's logits spread by less
 * than 1: then h is that spread. The gradient is that of {@code loss / s^2}, so that its size does
 * not depend on the teacher's scale; its length, of one record, is at most {@code clip T / s^2},
 * times 1/B.
 *
 * <p>The share of a record depends on nothing but the record itself and B. All sums are in double
 * and all exponents are taken relative to the largest logit. Reuses its scratch space: one thread
 * at a time.
 */
public final class DistillationObjective {

  /** Bound on the distance of two distributions, with room for their rounding on the wire. */
  private static final double LONGEST = 1.45;

  private final ObjectiveConfig config;
  private final int classes;
  private final double[] logits; // (classes)
  private final double[] gradient; // (classes)
  private final double[] soft; // (classes), exp((z - max z)/T)
  private final double[] one; // (classes), exp(z - max z)
  private final double[] hard; // (classes), exp((z - max z)/h); the same array when h = 1
  private final double[] teacher; // (classes), v = T log p
  private final double[] teacherOne; // (classes), exp(v - max v)
  private final double[] teacherHard; // (classes), exp((v - max v)/h); the same array when h = 1
  private final double hardTemperature; // h
  private final Sums sums = new Sums();

  public DistillationObjective(ObjectiveConfig config, int classes) {
    this.config = config;
    this.classes = classes;
    logits = new double[classes];
    gradient = new double[classes];
    soft = new double[classes];
    one = new double[classes];
    hardTemperature = config.hardTemperature();
    hard = hardTemperature == 1 ? one : new double[classes];
    teacher = new double[classes];
    teacherOne = new double[classes];
    teacherHard = hardTemperature == 1 ? teacherOne : new double[classes];
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
      record(targets, row, scale / rows / (config.logitScale() * config.logitScale()));
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
    double oneSum = 0;
    double mass = 0; // of p: 1 but for its rounding on the wire
    double teacherMax = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      double z = logits[k] - max;
      soft[k] = Math.exp(z / temperature);
      one[k] = Math.exp(z);
      teacher[k] = temperature * Math.log(p[at + k]);
      softSum += soft[k];
      oneSum += one[k];
      mass += p[at + k];
      teacherMax = Math.max(teacherMax, teacher[k]);
    }
    double teacherSum = exponentials(teacher, teacherMax, 1, teacherOne);
    double hardSum =
        hardTemperature == 1 ? oneSum : exponentials(logits, max, hardTemperature, hard);

    double logSoftSum = Math.log(softSum);
    double logOneSum = Math.log(oneSum);
    double logTeacherSum = Math.log(teacherSum);
    double sharp = softShare * config.sharp();
    double sharpSum =
        sharp == 0 || hardTemperature == 1
            ? teacherSum
            : exponentials(teacher, teacherMax, hardTemperature, teacherHard);
    double logSharpSum = Math.log(sharpSum);
    double logHardSum = Math.log(hardSum);
    double sharpEntropy = 0; // CE(p(h), q(h))
    double sharpExcess = 0; // KL(p(h) || q(h))
    double softLogits = 0; // p z
    double teacherLogits = 0; // p T log p
    double divergence = 0; // KL(softmax(T log p) || q(1))
    for (int k = 0; k < classes; k++) {
      double z = logits[k] - max;
      softLogits += p[at + k] * z;
      double logTeacher = teacher[k] - teacherMax;
      if (teacherOne[k] != 0) { // 0 log 0 = 0
        divergence += teacherOne[k] * (logTeacher - logTeacherSum - (z - logOneSum));
      }
      if (p[at + k] != 0) {
        teacherLogits += p[at + k] * teacher[k];
      }
      gradient[k] =
          weight
              * (softShare * temperature * (mass * soft[k] / softSum - p[at + k])
                  + hardShare * hardTemperature * (hard[k] / hardSum - (k == label ? 1 : 0)));
      if (sharp != 0) {
        double ofTeacher = teacherHard[k] / sharpSum;
        gradient[k] += weight * sharp * hardTemperature * (hard[k] / hardSum - ofTeacher);
        if (ofTeacher != 0) { // 0 log 0 = 0
          double logStudent = z / hardTemperature - logHardSum;
          sharpEntropy -= ofTeacher * logStudent;
          sharpExcess += ofTeacher * (logTeacher / hardTemperature - logSharpSum - logStudent);
        }
      }
    }
    scaleGradient(weight, scale);
    double softEntropy = mass * logSoftSum - softLogits / temperature; // CE(p, q(T))
    double teacherEntropy = -teacherLogits / temperature; // CE(p, p)

    double softWeight = weight * softShare * temperature * temperature;
    sums.weight += weight;
    double sharpWeight = weight * sharp * hardTemperature * hardTemperature;
    sums.softLoss += softWeight * softEntropy + sharpWeight * sharpEntropy;
    sums.excessLoss += softWeight * (softEntropy - teacherEntropy) + sharpWeight * sharpExcess;
    if (hardShare != 0) {
      double hardEntropy = logHardSum - (logits[label] - max) / hardTemperature; // CE(y, q)
      sums.hardLoss += weight * hardShare * hardTemperature * hardTemperature * hardEntropy;
    }
    if (weight != 0) {
      int answer = argmax(logits);
      sums.records++;
      sums.divergence += divergence / teacherSum;
      sums.agreements += answer == argmax(teacher) ? 1 : 0;
      if (label != TargetBatch.UNLABELLED) {
        sums.labelled++;
        sums.labelledWeight += weight;
      }
      sums.correct += answer == label ? 1 : 0;
    }
  }

  /** Fills {@code into} with exp((v - max)/t), and returns their sum. */
  private static double exponentials(double[] values, double max, double t, double[] into) {
    double sum = 0;
    for (int k = 0; k < values.length; k++) {
      into[k] = Math.exp((values[k] - max) / t);
      sum += into[k];
    }
    return sum;
  }

  /** Times {@code scale}, and no longer than {@code clip T scale}. */
  private void scaleGradient(double weight, double scale) {
    double bound = config.clip() * Math.max(config.temperature(), hardTemperature);
    double factor = scale;
    if (weight * LONGEST * (1 + config.sharp()) > config.clip()) { // otherwise it cannot be longer
      double squares = 0;
      for (double derivative : gradient) {
        squares += derivative * derivative;
      }
      if (squares > bound * bound) {
        factor = scale * bound / Math.sqrt(squares);
      }
    }
    for (int k = 0; k < classes; k++) {
      gradient[k] *= factor;
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
    private double weight;
    private double softLoss;
    private double excessLoss;
    private double hardLoss;
    private double divergence;
    private int records;
    private int labelled;
    private double labelledWeight;
    private int agreements;
    private int correct;

    private void clear() {
      weight = 0;
      softLoss = 0;
      excessLoss = 0;
      hardLoss = 0;
      divergence = 0;
      records = 0;
      labelled = 0;
      labelledWeight = 0;
      agreements = 0;
      correct = 0;
    }

    private BatchLoss toBatchLoss(int rows) {
      return new BatchLoss(
          rows,
          records,
          weight,
          softLoss,
          excessLoss,
          hardLoss,
          labelled,
          labelledWeight,
          agreements,
          correct,
          divergence);
    }
  }
}
