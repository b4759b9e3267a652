package io.streamdistill.cli.evaluate;

import org.jspecify.annotations.Nullable;

/** Counts what a student answers, beside the labels and beside its teacher. */
final class Scoreboard {

  final long[] support; // (classes), examples labelled so
  final long[] right; // (classes), those of them that the student has right
  final long[] answered; // (classes), answers of the student on labelled examples
  final long[] teacherAnswers; // (classes), examples on which the teacher says so
  final long[] agreed; // (classes), those of them on which the student says so, too
  final Confusions againstLabels = new Confusions();
  final Confusions againstTeacher = new Confusions();
  final CalibrationError studentByLabel = new CalibrationError();
  final CalibrationError studentByTeacher = new CalibrationError();
  final CalibrationError teacherByLabel = new CalibrationError();
  long examples;
  long labelled;
  long taught; // examples with a teacher's answer
  long bothRight;
  long onlyStudentRight;
  long onlyTeacherRight;
  long bothWrong;
  private double divergence;

  Scoreboard(int classes) {
    support = new long[classes];
    right = new long[classes];
    answered = new long[classes];
    teacherAnswers = new long[classes];
    agreed = new long[classes];
  }

  /**
   * Adds an example.
   *
   * @param student (classes) log-probabilities at T = 1
   * @param teacher (classes) the same of the teacher; null without one
   */
  void add(double[] student, double @Nullable [] teacher, @Nullable Integer label) {
    examples++;
    int answer = argmax(student);
    if (label != null) {
      addLabelled(student, answer, label);
    }
    if (teacher == null) {
      return;
    }
    taught++;
    int wanted = argmax(teacher);
    teacherAnswers[wanted]++;
    agreed[wanted] += answer == wanted ? 1 : 0;
    againstTeacher.add(wanted, answer);
    studentByTeacher.add(Math.exp(student[answer]), answer == wanted);
    divergence += divergence(teacher, student);
    if (label != null) {
      teacherByLabel.add(Math.exp(teacher[wanted]), wanted == label);
      addPair(answer == label, wanted == label);
    }
  }

  private void addLabelled(double[] student, int answer, int label) {
    labelled++;
    support[label]++;
    answered[answer]++;
    right[label] += answer == label ? 1 : 0;
    againstLabels.add(label, answer);
    studentByLabel.add(Math.exp(student[answer]), answer == label);
  }

  private void addPair(boolean student, boolean teacher) {
    if (student && teacher) {
      bothRight++;
    } else if (student) {
      onlyStudentRight++;
    } else if (teacher) {
      onlyTeacherRight++;
    } else {
      bothWrong++;
    }
  }

  /** KL(p || q) = sum_k p_k (log p_k - log q_k), nats. */
  private static double divergence(double[] logP, double[] logQ) {
    double sum = 0;
    for (int k = 0; k < logP.length; k++) {
      double p = Math.exp(logP[k]);
      sum += p == 0 ? 0 : p * (logP[k] - logQ[k]);
    }
    return Math.max(0, sum); // rounding
  }

  private static int argmax(double[] values) {
    int best = 0;
    for (int k = 1; k < values.length; k++) {
      best = values[k] > values[best] ? k : best;
    }
    return best;
  }

  /** Mean KL(teacher || student) at T = 1, nats; NaN without a teacher. */
  double meanDivergence() {
    return divergence / taught;
  }

  /** Labelled examples with a teacher's answer. */
  long paired() {
    return bothRight + onlyStudentRight + onlyTeacherRight + bothWrong;
  }

  long teacherRight() {
    return bothRight + onlyTeacherRight;
  }

  static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
