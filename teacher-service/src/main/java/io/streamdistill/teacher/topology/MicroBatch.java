package io.streamdistill.teacher.topology;

import io.streamdistill.records.Answer;
import io.streamdistill.records.Counted;
import io.streamdistill.records.Example;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.TeacherException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Records that are scored together. Its buffers are used again for every batch. */
final class MicroBatch {

  private record Row(TransferRecord record, Example example) {}

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
    this.classMapHash = scoring.task().classes().hash();
    this.rows = new ArrayList<>(scoring.batching().size());
    this.features = new FeatureBatch(scoring.task().features(), scoring.batching().size());
    this.logProbabilities = new double[scoring.batching().size()][scoring.task().classes().count()];
  }

  void add(TransferRecord record, Example example) {
    rows.add(new Row(record, example));
    features.add(example.features());
  }

  int size() {
    return rows.size();
  }

  boolean isFull() {
    return rows.size() == scoring.batching().size();
  }

  /**
   * Runs the teacher.
   *
   * @return number of rows that it has an answer to
   * @throws TeacherException naming the records, when the teacher itself is at fault
   * @throws io.streamdistill.teacher.engine.TeacherUnavailableException when it is to be asked
   *     again; the batch is as before
   */
  int score() {
    try {
      problems =
          scoring.model().teacher().score(features, scoring.form().temperature(), logProbabilities);
      int answered = rows.size() - problems.size();
      scoring.model().failing().add(answered, problems.size(), onlyOne(problems));
      return answered;
    } catch (TeacherException e) {
      throw new TeacherException(
          "%s (batch of %s at offsets %d to %d)"
              .formatted(
                  e.getMessage(),
                  Counted.of(rows.size(), "example"),
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
    void scored(TransferRecord record, Target softTarget, double[] logProbabilities);

    /** A record to which the teacher has no answer. */
    void refused(TransferRecord record, Example example, String problem);
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

  private Target softTarget(Example example, double[] logProbabilities, Instant scoredTime) {
    TargetEncoding encoding = scoring.form().encoding().of(logProbabilities);
    Answer answer =
        new Answer(
            TargetCodec.encode(encoding, logProbabilities),
            encoding,
            (float) scoring.form().temperature(),
            scoring.model().version(),
            classMapHash);
    return new Target(example, answer, scoredTime);
  }
}
