package io.streamdistill.teacher.topology;

import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.schema.TargetEncoding;
import io.streamdistill.schema.TransferExample;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.TeacherException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Records that are scored together. Its buffers are used again for every batch. */
final class MicroBatch {

  private record Row(TransferRecord record, TransferExample example) {}

  private final Scoring scoring;
  private final Clock clock;
  private final String classMapHash;
  private final List<Row> rows;
  private final FeatureBatch features;
  private final double[][] logProbabilities; // (batch size, classes)
  private Map<Integer, String> problems = Map.of(); // rows without an answer

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
   * @return number of rows that it has an answer to
   * @throws TeacherException naming the records, when the teacher itself is at fault
   */
  int score() {
    try {
      problems = scoring.teacher().score(features, scoring.temperature(), logProbabilities);
      int answered = rows.size() - problems.size();
      scoring.failing().add(answered, problems.size(), onlyOne(problems));
      return answered;
    } catch (TeacherException e) {
      throw new TeacherException(
          "%s (batch of %d examples at offsets %d to %d)"
              .formatted(
                  e.getMessage(),
                  rows.size(),
                  rows.get(0).record().offset(),
                  rows.get(rows.size() - 1).record().offset()),
          e);
    }
  }

  private static String onlyOne(Map<Integer, String> problems) {
    return problems.values().stream().findFirst().orElse("");
  }

  /** Who gets the rows of a batch that was scored. */
  interface Receiver {
    /**
     * A record with its soft target.
     *
     * @param logProbabilities (classes) that it was made of
     */
    void scored(TransferRecord record, SoftTarget softTarget, double[] logProbabilities);

    /** A record to which the teacher has no answer. */
    void refused(TransferRecord record, TransferExample example, String problem);
  }

  /** Hands every record to {@code out}, in order, and empties the batch. */
  void drainTo(Receiver out) {
    Instant scoredTime = clock.instant();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      String problem = problems.get(i);
      if (problem == null) {
        out.scored(
            row.record(),
            softTarget(row.example(), logProbabilities[i], scoredTime),
            logProbabilities[i]);
      } else {
        out.refused(row.record(), row.example(), problem);
      }
    }
    clear();
  }

  void clear() {
    rows.clear();
    features.clear();
    problems = Map.of();
  }

  private SoftTarget softTarget(
      TransferExample example, double[] logProbabilities, Instant scoredTime) {
    TargetEncoding encoding = scoring.encoding().of(logProbabilities);
    return new SoftTarget(
        example.getId(),
        example.getFeatures(),
        example.getFeatureType(),
        TargetCodec.encode(encoding, logProbabilities),
        encoding,
        (float) scoring.temperature(),
        scoring.teacherVersion(),
        classMapHash,
        example.getLabel(),
        example.getWeight(),
        example.getEventTime(),
        scoredTime);
  }
}
