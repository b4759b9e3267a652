package io.streamdistill.engine.objective;

import java.util.List;

/** Adds up how student, teacher and labels agree. */
final class AgreementSum {

  private int records;
  private double weight;
  private int labelled;
  private double labelledWeight;
  private int agreements;
  private int correct;
  private double divergence;

  void add(ObjectiveRow row) {
    double rowWeight = row.weight();
    weight += rowWeight;
    if (rowWeight == 0) {
      return;
    }
    int answer = row.answer();
    records++;
    divergence += divergence(row);
    agreements += answer == row.teacherAnswer() ? 1 : 0;
    if (row.label() != TargetBatch.UNLABELLED) {
      labelled++;
      labelledWeight += rowWeight;
    }
    correct += answer == row.label() ? 1 : 0;
  }

  /** KL(softmax(T log p) || q(1)). */
  private static double divergence(ObjectiveRow row) {
    Softened student = row.student(1);
    Softened teacher = row.teacher(1);
    double sum = 0;
    for (int k = 0; k < row.classes(); k++) {
      if (teacher.exponential(k) != 0) { // 0 log 0 = 0
        double logTeacher = row.teacherLogit(k) - row.largestTeacherLogit();
        double logRatio = logTeacher - teacher.logSum() - (row.logit(k) - student.logSum());
        sum += teacher.exponential(k) * logRatio;
      }
    }
    return sum / teacher.sum();
  }

  BatchLoss toBatchLoss(int rows, List<TermLoss> terms) {
    return new BatchLoss(
        rows,
        records,
        weight,
        terms,
        new Agreement(labelled, labelledWeight, agreements, correct, divergence));
  }
}
