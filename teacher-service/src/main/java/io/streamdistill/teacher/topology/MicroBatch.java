package io.streamdistill.teacher.topology;

import io.streamdistill.core.target.TargetCodec;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.schema.TransferExample;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.TeacherException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Records that are scored together. Its buffers are used again for every batch. */
final class MicroBatch {

  private record Row(TransferRecord record, TransferExample example) {}

  private final Scoring scoring;
  private final Clock clock;
  private final String classMapHash;
  private final List<Row> rows;
  private final FeatureBatch features;
  private final double[][] logProbabilities; // (batch size, classes)

  MicroBatch(Scoring scoring, Clock clock) {
    this.scoring = scoring;
    this.clock = clock;
    this.classMapHash = scoring.classMap().hash();
    this.rows = new ArrayList<>(scoring.batchSize());
    this.features = new FeatureBatch(scoring.contract(), scoring.batchSize());
    this.logProbabilities = new double[scoring.batchSize()][scoring.classMap().count()];
  }

  void add(TransferRecord record, TransferExample example) {
    rows.add(new Row(record, example));
    features.add(example.getFeatures());
  }

  int size() {
    return rows.size();
  }

  boolean isFull() {
    return rows.size() == scoring.batchSize();
  }

  /**
   * Runs the teacher.
   *
   * @throws TeacherException naming the records, when there is a row without a distribution
   */
  void score() {
    try {
      scoring.teacher().score(features, scoring.temperature(), logProbabilities);
    } catch (TeacherException e) {
      throw new TeacherException("%s (%s)".formatted(e.getMessage(), where(e.row())), e);
    }
  }

  private String where(int row) {
    if (row >= 0) {
      Row culprit = rows.get(row);
      return "example '%s' at offset %d"
          .formatted(culprit.example().getId(), culprit.record().offset());
    }
    return "batch of %d examples at offsets %d to %d"
        .formatted(
            rows.size(),
            rows.get(0).record().offset(),
            rows.get(rows.size() - 1).record().offset());
  }

  /** Hands every record with its soft target to {@code out}, in order, and empties the batch. */
  void drainTo(BiConsumer<TransferRecord, SoftTarget> out) {
    Instant scoredTime = clock.instant();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      out.accept(row.record(), softTarget(row.example(), logProbabilities[i], scoredTime));
    }
    clear();
  }

  void clear() {
    rows.clear();
    features.clear();
  }

  private SoftTarget softTarget(
      TransferExample example, double[] logProbabilities, Instant scoredTime) {
    return new SoftTarget(
        example.getId(),
        example.getFeatures(),
        example.getFeatureType(),
        TargetCodec.encode(scoring.encoding(), logProbabilities),
        scoring.encoding(),
        (float) scoring.temperature(),
        scoring.teacherVersion(),
        classMapHash,
        example.getLabel(),
        example.getWeight(),
        example.getEventTime(),
        scoredTime);
  }
}
