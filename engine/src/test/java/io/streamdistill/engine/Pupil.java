package io.streamdistill.engine;

import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.ObjectiveConfig;
import io.streamdistill.engine.objective.TargetBatch;
import io.streamdistill.records.Answer;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A student under test, and the rows that it is trained on. */
public final class Pupil implements AutoCloseable {

  private final TrainableStudent student;
  private final TrainingSetup setup;
  private final int classes;
  private final RowBatch batch;

  public Pupil(TrainableStudent student, TrainingSetup setup, int classes) {
    this.student = student;
    this.setup = setup;
    this.classes = classes;
    this.batch = student.newBatch();
  }

  /** Features as floats, as they are. */
  public static TrainingSetup setup(int features, ObjectiveConfig objective, int batchSize) {
    return new TrainingSetup(
        new FeatureContract(FeatureType.F32, List.of(features), 1, 0),
        null,
        objective,
        batchSize,
        objective.logitScale());
  }

  public TrainableStudent student() {
    return student;
  }

  public RowBatch batch() {
    return batch;
  }

  public int batchSize() {
    return setup.batchSize();
  }

  public int features() {
    return setup.features().length();
  }

  public int classes() {
    return classes;
  }

  double temperature() {
    return setup.objective().temperature();
  }

  /**
   * Writes a row.
   *
   * @param distribution of the teacher at the temperature of the objective
   */
  public void put(int row, float[] features, float[] distribution, int label, float weight) {
    ByteBuffer bytes =
        ByteBuffer.allocate(features.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(features);
    double[] logProbabilities = new double[distribution.length];
    for (int k = 0; k < distribution.length; k++) {
      logProbabilities[k] = Math.log(distribution[k]);
    }
    Target target =
        new Target(
            new Example(
                "row " + row,
                bytes,
                FeatureType.F32,
                label == TargetBatch.UNLABELLED ? null : label,
                weight,
                Instant.EPOCH),
            new Answer(
                TargetCodec.encode(TargetEncoding.DENSE_F32, logProbabilities),
                TargetEncoding.DENSE_F32,
                (float) temperature(),
                "teacher",
                "classes"),
            Instant.EPOCH);
    batch.put(row, target, logProbabilities);
  }

  public BatchLoss train(int rows, double learningRate) {
    return student.train(batch, rows, learningRate).await();
  }

  public BatchLoss evaluate(int rows) {
    return student.evaluate(batch, rows);
  }

  /** The weights by name, to be compared with others. */
  public Map<String, List<Float>> weights() {
    Map<String, List<Float>> weights = new TreeMap<>();
    snapshot().weights().forEach((name, weight) -> weights.put(name, list(weight.values())));
    return weights;
  }

  /** The state of the optimizer, to be compared with another. */
  public List<Float> optimizerState() {
    return list(snapshot().optimizerState());
  }

  private static List<Float> list(float[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
  }

  public StudentSnapshot snapshot() {
    return student.snapshot(ModelFeatures.random(contract(), 1, new SplittableRandom(1)));
  }

  /** Puts the student into the state of another one. */
  public void restore(StudentSnapshot snapshot) {
    student.restore(snapshot.weights(), snapshot.optimizerState(), snapshot.optimizerSteps());
  }

  /** What the student says to features, (rows, features). */
  Answers answers(float[][] rows) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(rows.length * features() * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      for (float feature : row) {
        bytes.putFloat(feature);
      }
    }
    return student.snapshot(new ModelFeatures(contract(), rows.length, bytes.flip())).answers();
  }

  ExportContract contract() {
    return new ExportContract(
        "pupil",
        "f32",
        List.of((long) features()),
        1,
        0,
        IntStream.range(0, classes).mapToObj(Integer::toString).toList(),
        Map.of());
  }

  @Override
  public void close() {
    student.close();
  }
}
