package io.streamdistill.benchmarks.step;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.objective.TargetBatch;
import io.streamdistill.records.Answer;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
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

  /** Writes the batch as if it came from the log. */
  public void copyTo(RowBatch batch) {
    int rows = labels.length;
    int inputs = features.length / rows;
    int classes = targets.length / rows;
    for (int row = 0; row < rows; row++) {
      ByteBuffer bytes = ByteBuffer.allocate(inputs * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(features, row * inputs, inputs);
      double[] logProbabilities = new double[classes];
      for (int k = 0; k < classes; k++) {
        logProbabilities[k] = Math.log(targets[row * classes + k]);
      }
      batch.put(row, target(bytes, labels[row], logProbabilities), logProbabilities);
    }
  }

  private static Target target(ByteBuffer bytes, int label, double[] logProbabilities) {
    return new Target(
        new Example(
            "example",
            bytes,
            FeatureType.F32,
            label == TargetBatch.UNLABELLED ? null : label,
            1,
            Instant.EPOCH),
        new Answer(
            TargetCodec.encode(TargetEncoding.DENSE_F32, logProbabilities),
            TargetEncoding.DENSE_F32,
            (float) StepSubjects.OBJECTIVE.temperature(),
            "teacher",
            "classes"),
        Instant.EPOCH);
  }
}
