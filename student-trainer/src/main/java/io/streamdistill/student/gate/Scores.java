package io.streamdistill.student.gate;

import io.streamdistill.records.target.Softmax;
import java.util.Arrays;

/**
 * How a student does on the hold-out.
 *
 * @param accuracy on labelled examples; NaN when there are none
 * @param labelled how many of them
 * @param agreement share of examples on which it has the teacher's class on top
 * @param divergence mean KL(teacher || student) at T = 1, nats
 * @param finite whether every logit is a number
 * @param answers (classes) how often each class was on top
 * @param each what the student did with every example, in their order
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Scores(
    double accuracy,
    int labelled,
    double agreement,
    double divergence,
    boolean finite,
    int[] answers,
    Each each) {

  /**
   * Figures of single examples, for a comparison in pairs.
   *
   * @param agrees (count) 1 where the student has the teacher's class on top, else 0
   * @param divergences (count) nats
   * @param right (labelled) 1 where it has the label on top, else 0
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Each(double[] agrees, double[] divergences, double[] right) {}

  /**
   * Scores logits.
   *
   * @param logits (count, classes) of the student; overwritten
   */
  static Scores of(double[][] logits, HoldOut.Examples examples) {
    int right = 0;
    int labelled = 0;
    int agreeing = 0;
    double divergence = 0;
    boolean finite = true;
    int[] answers = new int[logits[0].length];
    Each each =
        new Each(new double[logits.length], new double[logits.length], new double[logits.length]);
    for (int i = 0; i < logits.length; i++) {
      double[] student = logits[i];
      for (double logit : student) {
        finite &= Double.isFinite(logit);
      }
      Softmax.logSoftmax(student, 1);
      double[] teacher = examples.teacher()[i];
      int answer = argmax(student);
      answers[answer]++;
      each.agrees[i] = answer == argmax(teacher) ? 1 : 0;
      agreeing += (int) each.agrees[i];
      for (int k = 0; k < student.length; k++) {
        double p = Math.exp(teacher[k]);
        each.divergences[i] += p == 0 ? 0 : p * (teacher[k] - student[k]);
      }
      divergence += each.divergences[i];
      int label = examples.labels()[i];
      if (label != HoldOut.UNLABELLED) {
        each.right[labelled] = answer == label ? 1 : 0;
        right += (int) each.right[labelled];
        labelled++;
      }
    }
    return new Scores(
        labelled == 0 ? Double.NaN : (double) right / labelled,
        labelled,
        (double) agreeing / logits.length,
        divergence / logits.length,
        finite,
        answers,
        new Each(each.agrees, each.divergences, Arrays.copyOf(each.right, labelled)));
  }

  /**
   * Standard error of the mean difference between two students on the same examples: by so much it
   * may be off by chance.
   *
   * @return 0 when it is not known
   */
  static double standardError(double[] one, double[] other) {
    int n = one.length;
    if (n < 2 || other.length != n) {
      return 0;
    }
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += (one[i] - other[i]) / n;
    }
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double off = one[i] - other[i] - mean;
      squares += off * off;
    }
    double error = Math.sqrt(squares / (n - 1) / n);
    return Double.isFinite(error) ? error : 0;
  }

  /** (classes) how often the teacher has each class on top. */
  static int[] teacherAnswers(HoldOut.Examples examples, int classes) {
    int[] answers = new int[classes];
    for (double[] teacher : examples.teacher()) {
      answers[argmax(teacher)]++;
    }
    return answers;
  }

  private static int argmax(double[] values) {
    int best = 0;
    for (int k = 1; k < values.length; k++) {
      best = values[k] > values[best] ? k : best;
    }
    return best;
  }
}
