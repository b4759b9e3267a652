package io.streamdistill.cli.evaluate;

import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Runs a student, and a teacher where there is one, over cases, batch by batch. */
final class Measurement {

  private static final int SPEED_ROWS = 1000;
  private static final int MOST_ROWS = 1000;
  private static final long MOST_BYTES = 64L << 20; // of a batch, as float32

  private final Classifier student;
  private final @Nullable Classifier teacher;
  private final Scoreboard board;
  private final int classes;
  private final int batchRows;
  private final List<Case> batch = new ArrayList<>();
  private final List<ByteBuffer> first = new ArrayList<>();

  /**
   * Creates it.
   *
   * @param teacher null if the cases have their soft targets, or there is none
   */
  Measurement(
      Classifier student, @Nullable Classifier teacher, FeatureContract features, int classes) {
    this.student = student;
    this.teacher = teacher;
    this.classes = classes;
    this.board = new Scoreboard(classes);
    this.batchRows = (int) Math.max(1, Math.min(MOST_ROWS, MOST_BYTES / (4L * features.length())));
  }

  /** Measures all of them. */
  Scoreboard run(Cases cases) throws IOException {
    cases.forEach(
        one -> {
          batch.add(one);
          if (batch.size() == batchRows) {
            score();
          }
        });
    score();
    return board;
  }

  private void score() {
    if (batch.isEmpty()) {
      return;
    }
    List<ByteBuffer> rows = batch.stream().map(Case::features).toList();
    if (first.isEmpty()) {
      first.addAll(rows);
    }
    double[][] said = new double[rows.size()][classes];
    double[][] taught = new double[rows.size()][classes];
    try {
      student.score(rows, said);
      if (teacher != null) {
        teacher.score(rows, taught);
      }
    } catch (EvaluationException e) {
      throw board.examples == 0
          ? e
          : new EvaluationException(
              "%s (counted from example %d of the data)".formatted(e.getMessage(), board.examples),
              e);
    }
    for (int row = 0; row < rows.size(); row++) {
      Case one = batch.get(row);
      board.add(said[row], teacher != null ? taught[row] : one.teacher(), one.label());
    }
    batch.clear();
  }

  /** Milliseconds that the student takes for 1,000 rows, those measured first and again. */
  double millisPer1000(LongSupplier nanoTime) {
    List<ByteBuffer> rows = new ArrayList<>();
    int count = Math.min(SPEED_ROWS, batchRows);
    for (int i = 0; i < count; i++) {
      rows.add(first.get(i % first.size()));
    }
    return student.millis(rows, classes, nanoTime) * SPEED_ROWS / count;
  }
}
