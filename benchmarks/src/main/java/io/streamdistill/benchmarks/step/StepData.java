package io.streamdistill.benchmarks.step;

import io.streamdistill.student.objective.TargetBatch;
import io.streamdistill.student.step.StudentStep;
import java.util.SplittableRandom;

/** One batch of random examples; every other one is labelled. */
public final class StepData {

  private static final long SEED = 1;

  private final float[] features; // (batch, inputs), row-major, in [0, 1)
  private final float[] targets; // (batch, classes), row-major, distributions
  private final int[] labels; // (batch), UNLABELLED where there is none

  private StepData(float[] features, float[] targets, int[] labels) {
    this.features = features;
    this.targets = targets;
    this.labels = labels;
  }

  /** The batch of a shape, always the same. */
  public static StepData of(StepShape shape) {
    SplittableRandom random = new SplittableRandom(SEED);
    int classes = shape.classes();
    float[] features = new float[shape.batch() * shape.inputs()];
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) random.nextDouble();
    }
    float[] targets = new float[shape.batch() * classes];
    int[] labels = new int[shape.batch()];
    for (int row = 0; row < shape.batch(); row++) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        targets[row * classes + k] = (float) (0.1 + random.nextDouble());
        sum += targets[row * classes + k];
      }
      for (int k = 0; k < classes; k++) {
        targets[row * classes + k] /= (float) sum;
      }
      labels[row] = row % 2 == 0 ? row % classes : TargetBatch.UNLABELLED;
    }
    return new StepData(features, targets, labels);
  }

  /** The same targets and labels with other features, (batch, inputs), row-major. */
  public StepData with(float[] otherFeatures) {
    return new StepData(otherFeatures, targets, labels);
  }

  /** A copy of the features, (batch, inputs), row-major. */
  public float[] features() {
    return features.clone();
  }

  /** A copy of the teacher's distributions, (batch, classes), row-major. */
  public float[] targets() {
    return targets.clone();
  }

  /** A copy of the labels, (batch), {@link TargetBatch#UNLABELLED} where there is none. */
  public int[] labels() {
    return labels.clone();
  }

  /** Copies the batch to where a step reads it. */
  public void copyTo(StudentStep step) {
    step.input().put(0, features);
    TargetBatch into = step.targets();
    System.arraycopy(targets, 0, into.softTargets(), 0, targets.length);
    System.arraycopy(labels, 0, into.labels(), 0, labels.length);
  }
}
