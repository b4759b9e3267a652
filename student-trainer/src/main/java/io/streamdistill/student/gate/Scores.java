package io.streamdistill.student.gate;

import io.streamdistill.core.target.Softmax;

/**
 * How a student does on the hold-out.
 *
 * @param accuracy on labelled examples; NaN when there are none
 * @param labelled how many of them
 * @param agreement share of examples on which it has the teacher's class on top
 * @param divergence mean KL(teacher || student) at T = 1, nats
 * @param finite whether every logit is a number
 * @param answers (classes) how often each class was on top
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Scores(
    double accuracy,
    int labelled,
    double agreement,
    double divergence,
    boolean finite,
    int[] answers) {

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
    for (int i = 0; i < logits.length; i++) {
      double[] student = logits[i];
      for (double logit : student) {
        finite &= Double.isFinite(logit);
      }
      Softmax.logSoftmax(student, 1);
      double[] teacher = examples.teacher()[i];
      int answer = argmax(student);
      answers[answer]++;
      agreeing += answer == argmax(teacher) ? 1 : 0;
      for (int k = 0; k < student.length; k++) {
        double p = Math.exp(teacher[k]);
        divergence += p == 0 ? 0 : p * (teacher[k] - student[k]);
      }
      int label = examples.labels()[i];
      if (label != HoldOut.UNLABELLED) {
        labelled++;
        right += answer == label ? 1 : 0;
      }
    }
    return new Scores(
        labelled == 0 ? Double.NaN : (double) right / labelled,
        labelled,
        (double) agreeing / logits.length,
        divergence / logits.length,
        finite,
        answers);
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
