package io.streamdistill.student.step;

import io.streamdistill.student.objective.BatchLoss;
import io.streamdistill.student.objective.TargetBatch;
import java.util.Random;

/**
 * A linear teacher over 20 random values, stretched over the features (bands, when they are an
 * image): batch n is the same for everybody who asks for batch n.
 */
final class ToyTask {

  private static final int VALUES = 20;
  private static final double TEMPERATURE = StudentStepContract.OBJECTIVE.temperature();

  private final int features;
  private final int classes;
  private final float[][] teacher; // (values, classes)
  private final long seed;

  private ToyTask(int features, int classes, float[][] teacher, long seed) {
    this.features = features;
    this.classes = classes;
    this.teacher = teacher;
    this.seed = seed;
  }

  static ToyTask of(StudentStep step, long seed) {
    var random = new Random(seed);
    float[][] teacher = new float[VALUES][step.classes()];
    for (float[] row : teacher) {
      for (int k = 0; k < row.length; k++) {
        row[k] = (float) (4 * random.nextGaussian() / Math.sqrt(VALUES));
      }
    }
    return new ToyTask(step.features(), step.classes(), teacher, seed);
  }

  /** Fills all rows of a step with batch n; every third record is labelled. */
  void fill(StudentStep step, int n) {
    var random = new Random(seed * 1000 + n);
    float[] p = new float[classes];
    for (int i = 0; i < step.batchSize(); i++) {
      double[] logits = new double[classes];
      float[] values = new float[VALUES];
      for (int v = 0; v < VALUES; v++) {
        values[v] = random.nextFloat();
        for (int k = 0; k < classes; k++) {
          logits[k] += values[v] * teacher[v][k];
        }
      }
      for (int f = 0; f < features; f++) {
        step.input().put(i * features + f, values[f * VALUES / features]);
      }
      double sum = 0;
      int best = 0;
      for (int k = 0; k < classes; k++) {
        sum += Math.exp(logits[k] / TEMPERATURE);
        best = logits[k] > logits[best] ? k : best;
      }
      for (int k = 0; k < classes; k++) {
        p[k] = (float) (Math.exp(logits[k] / TEMPERATURE) / sum);
      }
      step.targets().set(i, p, i % 3 == 0 ? best : TargetBatch.UNLABELLED, 1f);
    }
  }

  /** One step on the next batch, in the order of iterations. */
  BatchLoss train(StudentStep step, double learningRate) {
    fill(step, step.iteration());
    return step.train(step.batchSize(), learningRate);
  }

  BatchLoss evaluate(StudentStep step, int n) {
    fill(step, n);
    return step.evaluate(step.batchSize());
  }
}
