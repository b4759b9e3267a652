package io.streamdistill.engine.objective;

import java.util.ArrayList;
import java.util.List;

/**
 * One record as objectives look at it. All exponents are relative to the largest logit; softmaxes
 * are computed when they are asked for, and once.
 */
public final class ObjectiveRow {

  private final double temperature; // T, of the teacher's distribution
  private final double[] logits; // (classes)
  private final double[] teacher; // (classes), v = T log p
  private final List<Softened> students = new ArrayList<>();
  private final List<Softened> teachers = new ArrayList<>();
  private TargetBatch targets;
  private int at; // of the row in the targets
  private int index;
  private long number;
  private double max;
  private double teacherMax;
  private double mass;

  ObjectiveRow(double temperature, int classes) {
    this.temperature = temperature;
    logits = new double[classes];
    teacher = new double[classes];
    targets = new TargetBatch(1, Math.max(2, classes));
  }

  void read(LogitMatrix z, TargetBatch from, int row) {
    targets = from;
    index = row;
    at = row * logits.length;
    number++;
    z.readRow(row, logits);
    max = logits[0];
    for (int k = 1; k < logits.length; k++) {
      max = Math.max(max, logits[k]); // NaN wins
    }
    teacherMax = Double.NEGATIVE_INFINITY;
    mass = 0;
    for (int k = 0; k < logits.length; k++) {
      teacher[k] = temperature * Math.log(target(k));
      mass += target(k);
      teacherMax = Math.max(teacherMax, teacher[k]);
    }
  }

  /** Number of classes. */
  public int classes() {
    return logits.length;
  }

  /** The correct class, or {@link TargetBatch#UNLABELLED}. */
  public int label() {
    return targets.labels()[index];
  }

  /** What counts how often, >= 0. */
  public double weight() {
    return targets.weights()[index];
  }

  /** Student logit of a class, less the largest. */
  public double logit(int k) {
    return logits[k] - max;
  }

  /** The teacher's probability of a class, at T. */
  public float target(int k) {
    return targets.softTargets()[at + k];
  }

  /** The teacher's logit {@code T log p} of a class. */
  public double teacherLogit(int k) {
    return teacher[k];
  }

  /** The largest of the teacher's logits. */
  public double largestTeacherLogit() {
    return teacherMax;
  }

  /** Sum of the teacher's probabilities: 1 but for their rounding on the wire. */
  public double mass() {
    return mass;
  }

  /** The student's softmax. */
  Softened student(double t) {
    return softened(students, t).of(number, logits, max);
  }

  /** The teacher's softmax. */
  Softened teacher(double t) {
    return softened(teachers, t).of(number, teacher, teacherMax);
  }

  private Softened softened(List<Softened> known, double t) {
    for (Softened softened : known) {
      if (softened.temperature() == t) {
        return softened;
      }
    }
    Softened added = new Softened(t, logits.length);
    known.add(added);
    return added;
  }

  /** The class that the student names. */
  int answer() {
    return argmax(logits);
  }

  /** The class that the teacher names. */
  int teacherAnswer() {
    return argmax(teacher);
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
}
