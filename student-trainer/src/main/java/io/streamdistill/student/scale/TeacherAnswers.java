package io.streamdistill.student.scale;

import io.streamdistill.records.target.TargetCodec;
import java.util.List;

/**
 * What a student would reach that gives the same answer to everything: the bar that learning has to
 * take.
 *
 * @param priorLoss {@code T^2 KL(teacher || mean distribution)} at T, mean over the records, in
 *     nats
 * @param blankLoss the same for the uniform distribution
 * @param majority share of the records on which the teacher has its most frequent class on top
 */
record TeacherAnswers(double priorLoss, double blankLoss, double majority) {

  /**
   * Counts.
   *
   * @param logProbabilities at T = 1, each (classes), at least one
   */
  static TeacherAnswers of(List<double[]> logProbabilities, double temperature) {
    int classes = logProbabilities.get(0).length;
    double[] mean = new double[classes];
    int[] top = new int[classes];
    double entropy = 0; // sum of p log p
    double[] row = new double[classes];
    for (double[] record : logProbabilities) {
      System.arraycopy(record, 0, row, 0, classes);
      TargetCodec.retemper(row, 1, temperature);
      int best = 0;
      for (int k = 0; k < classes; k++) {
        double p = Math.exp(row[k]);
        mean[k] += p / logProbabilities.size();
        entropy += p == 0 ? 0 : p * row[k];
        best = row[k] > row[best] ? k : best;
      }
      top[best]++;
    }
    double cross = 0; // mean CE(p, mean) is the entropy of the mean
    int majority = 0;
    for (int k = 0; k < classes; k++) {
      cross -= mean[k] == 0 ? 0 : mean[k] * Math.log(mean[k]);
      majority = Math.max(majority, top[k]);
    }
    double unit = temperature * temperature;
    double negativeEntropy = entropy / logProbabilities.size();
    return new TeacherAnswers(
        unit * Math.max(0, cross + negativeEntropy),
        unit * Math.max(0, Math.log(classes) + negativeEntropy),
        (double) majority / logProbabilities.size());
  }

  /** With the losses of another temperature added, times a weight; of the same records. */
  TeacherAnswers plus(TeacherAnswers other, double weight) {
    return new TeacherAnswers(
        priorLoss + weight * other.priorLoss, blankLoss + weight * other.blankLoss, majority);
  }
}
