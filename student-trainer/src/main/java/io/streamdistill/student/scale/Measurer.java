package io.streamdistill.student.scale;

import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.records.Features;
import io.streamdistill.records.Target;
import io.streamdistill.records.Task;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.avro.TargetReader;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.student.source.ReadingReport;
import io.streamdistill.student.source.Rejection;
import io.streamdistill.student.source.SoftTargetLog;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the first records of the log, in its order, and measures them before the first step is
 * taken. Training begins at the first record again, so that measuring costs no example.
 */
public final class Measurer {

  private static final Logger log = LoggerFactory.getLogger(Measurer.class);

  /** So many records say enough when more are slow to come. */
  private static final int ENOUGH = 100;

  /** Silence at the end of the log after which enough is enough. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** Longest wait for more, from the first record on. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final SoftTargetLog source;
  private final TargetReader reader;
  private final Features features;
  private final Measurement measurement;
  private final ReadingReport report;
  private final InstantSource clock;

  /**
   * Creates a measurer.
   *
   * @param source at the beginning; it is read and left where it is then
   * @param maxWeight largest weight of a fit example
   * @param report hears of records that are not fit
   */
  public Measurer(
      SoftTargetLog source,
      InputConfig config,
      Task task,
      double maxWeight,
      ReadingReport report,
      InstantSource clock) {
    this.source = source;
    this.reader = new TargetReader(task, maxWeight);
    this.features = new Features(task.features());
    this.measurement = new Measurement(config, task.features(), task.classes().count());
    this.report = report;
    this.clock = clock;
  }

  /**
   * Waits for records and measures them.
   *
   * @param objective what is minimised, as far as it depends on what is measured
   * @param stopping ends the wait
   * @return null when it was ended
   */
  public @Nullable StudentScales measure(ObjectiveChoice objective, BooleanSupplier stopping) {
    Instant first = null;
    Instant latest = null;
    boolean told = false;
    while (!done(first, latest)) {
      if (stopping.getAsBoolean()) {
        return null;
      }
      if (take()) {
        latest = clock.instant();
        first = first == null ? latest : first;
      } else if (first == null && !told) {
        told = true;
        log.info("waiting for the first soft targets");
      }
    }
    StudentScales scales = measurement.scales(objective);
    log.info(
        "measured {} records: features from {} to {}{}; the teacher's logits spread by {}, T = {}; its most frequent answer has a share of {}",
        scales.examples(),
        scales.least(),
        scales.greatest(),
        scales.standardisation() == null ? "" : ", which the student sees standardised",
        rounded(scales.spread()),
        rounded(scales.temperature()),
        rounded(scales.majority()));
    return scales;
  }

  private boolean done(@Nullable Instant first, @Nullable Instant latest) {
    if (measurement.isFull() || source.passOver()) {
      return measurement.count() > 0;
    }
    if (first == null || latest == null || measurement.count() == 0) {
      return false; // records that are not fit say nothing, however many there are
    }
    Instant now = clock.instant();
    Duration silence = Duration.between(latest, now);
    Duration waited = Duration.between(first, now);
    return measurement.count() >= ENOUGH
        ? (silence.compareTo(PAUSE) >= 0 && source.isAllTaken()) || waited.compareTo(PATIENCE) >= 0
        : silence.compareTo(PATIENCE) >= 0;
  }

  /** Returns whether a record came. */
  private boolean take() {
    ConsumerRecord<byte[], byte[]> record = source.next();
    if (record == null) {
      return false;
    }
    Verdict<Target> verdict = reader.read(record.value());
    if (verdict instanceof Accepted<Target> accepted) {
      report.fit();
      add(accepted.value(), reader.logProbabilities().clone());
    } else if (verdict instanceof Rejected<Target> rejected) {
      report.unfit(new Rejection(record, rejected.reason(), rejected.detail()));
    }
    return true;
  }

  private void add(Target target, double[] logProbabilities) {
    float[] example = new float[features.contract().length()];
    features.decode(target.example().features(), FloatBuffer.wrap(example));
    TargetCodec.retemper(logProbabilities, target.answer().temperature(), 1);
    measurement.add(example, logProbabilities);
  }

  private static double rounded(double value) {
    return Double.parseDouble("%.4g".formatted(value));
  }
}
