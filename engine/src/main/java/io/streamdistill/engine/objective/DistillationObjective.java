package io.streamdistill.engine.objective;

import java.util.List;

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
 */
final class DistillationObjective implements RowObjective {

  private static final int SOFT = 0;
  private static final int HARD = 1;

  private final DistillationConfig config;

  DistillationObjective(DistillationConfig config) {
    this.config = config;
  }

  @Override
  public List<Term> terms() {
    return DistillationConfig.TERMS;
  }

  @Override
  public void row(ObjectiveRow row, double[] losses, double[] excess, double[] gradient) {
    double share = row.label() == TargetBatch.UNLABELLED ? 0 : config.hardWeight();
    softAndHard(row, share, losses, excess, gradient);
    double sharp = (1 - config.hardWeight()) * config.sharp();
    if (sharp != 0) {
      sharp(row, sharp, losses, excess, gradient);
    }
    if (share != 0) {
      double h = config.hardTemperature();
      double entropy = row.student(h).logSum() - row.logit(row.label()) / h; // CE(y, q)
      losses[HARD] = row.weight() * share * h * h * entropy;
    }
    excess[HARD] = losses[HARD];
  }

  /** The soft term at T, and the gradient of it and of the hard term. */
  private void softAndHard(
      ObjectiveRow row, double hardShare, double[] losses, double[] excess, double[] gradient) {
    double temperature = config.temperature();
    double h = config.hardTemperature();
    double softShare = 1 - config.hardWeight();
    double weight = row.weight();
    int label = row.label();
    Softened soft = row.student(temperature);
    Softened hard = row.student(h);
    double mass = row.mass();
    double softLogits = 0; // p z
    double teacherLogits = 0; // p T log p
    for (int k = 0; k < gradient.length; k++) {
      float p = row.target(k);
      softLogits += p * row.logit(k);
      if (p != 0) {
        teacherLogits += p * row.teacherLogit(k);
      }
      gradient[k] =
          weight
              * (softShare * temperature * (mass * soft.exponential(k) / soft.sum() - p)
                  + hardShare * h * (hard.probability(k) - (k == label ? 1 : 0)));
    }
    double entropy = mass * soft.logSum() - softLogits / temperature; // CE(p, q(T))
    double teacherEntropy = -teacherLogits / temperature; // CE(p, p)
    double softWeight = weight * softShare * temperature * temperature;
    losses[SOFT] = softWeight * entropy;
    excess[SOFT] = softWeight * (entropy - teacherEntropy);
    losses[HARD] = 0;
  }

  /** The soft term at h. */
  private void sharp(
      ObjectiveRow row, double sharp, double[] losses, double[] excess, double[] gradient) {
    double h = config.hardTemperature();
    double weight = row.weight();
    Softened student = row.student(h);
    Softened teacher = row.teacher(h);
    double entropy = 0; // CE(p(h), q(h))
    double divergence = 0; // KL(p(h) || q(h))
    for (int k = 0; k < gradient.length; k++) {
      double ofTeacher = teacher.probability(k);
      gradient[k] += weight * sharp * h * (student.probability(k) - ofTeacher);
      if (ofTeacher != 0) { // 0 log 0 = 0
        double logTeacher = row.teacherLogit(k) - row.largestTeacherLogit();
        double logStudent = row.logit(k) / h - student.logSum();
        entropy -= ofTeacher * logStudent;
        divergence += ofTeacher * (logTeacher / h - teacher.logSum() - logStudent);
      }
    }
    double sharpWeight = weight * sharp * h * h;
    losses[SOFT] += sharpWeight * entropy;
    excess[SOFT] += sharpWeight * divergence;
  }
}
