package io.streamdistill.engine;

import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.TargetBatch;
import java.util.Random;

/**
 * A linear teacher over 20 random values, stretched over the features (bands, when they are an
 * image): batch n is the same for everybody who asks for batch n.
 */
public final class ToyTask {

  private static final int VALUES = 20;
  private static final double TEMPERATURE = TrainableStudentContract.OBJECTIVE.temperature();

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

  /** A task for pupils of these features and classes. */
  public static ToyTask of(Pupil pupil, long seed) {
    var random = new Random(seed);
    float[][] teacher = new float[VALUES][pupil.classes()];
    for (float[] row : teacher) {
      for (int k = 0; k < row.length; k++) {
        row[k] = (float) (4 * random.nextGaussian() / Math.sqrt(VALUES));
      }
    }
    return new ToyTask(pupil.features(), pupil.classes(), teacher, seed);
  }

  /** Fills all rows of a pupil with batch n; every third record is labelled. */
  public void fill(Pupil pupil, int n) {
    for (int i = 0; i < pupil.batchSize(); i++) {
      double[] logits = logits(values(n, i));
      double sum = 0;
      for (double logit : logits) {
        sum += Math.exp(logit / TEMPERATURE);
      }
      float[] p = new float[classes];
      for (int k = 0; k < classes; k++) {
        p[k] = (float) (Math.exp(logits[k] / TEMPERATURE) / sum);
      }
      int label = i % 3 == 0 ? answer(n, i) : TargetBatch.UNLABELLED;
      pupil.put(i, features(n, i), p, label, 1f);
    }
  }

  private float[] values(int n, int i) {
    var random = new Random(seed * 1_000_000 + n * 1_000L + i);
    float[] values = new float[VALUES];
    for (int v = 0; v < VALUES; v++) {
      values[v] = random.nextFloat();
    }
    return values;
  }

  private double[] logits(float[] values) {
    double[] logits = new double[classes];
    for (int v = 0; v < VALUES; v++) {
      for (int k = 0; k < classes; k++) {
        logits[k] += values[v] * teacher[v][k];
      }
    }
    return logits;
  }

  /** Features of example {@code i} of batch n. */
  public float[] features(int n, int i) {
    float[] values = values(n, i);
    float[] stretched = new float[features];
    for (int f = 0; f < features; f++) {
      stretched[f] = values[f * VALUES / features];
    }
    return stretched;
  }

  /** The class that the teacher names for example {@code i} of batch n. */
  int answer(int n, int i) {
    double[] logits = logits(values(n, i));
    int best = 0;
    for (int k = 1; k < classes; k++) {
      best = logits[k] > logits[best] ? k : best;
    }
    return best;
  }

  /** One step on the next batch, in the order of steps. */
  public BatchLoss train(Pupil pupil, double learningRate) {
    fill(pupil, pupil.student().steps());
    return pupil.train(pupil.batchSize(), learningRate);
  }

  BatchLoss evaluate(Pupil pupil, int n) {
    fill(pupil, n);
    return pupil.evaluate(pupil.batchSize());
  }
}
