package io.streamdistill.student.loop;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.student.learning.DivergenceException;
import io.streamdistill.student.learning.LearningMonitor;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.source.Batch;
import io.streamdistill.student.source.BatchPrefetcher;
import io.streamdistill.student.source.BatchPrefetcher.Prefetched;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.source.RejectedBefore;
import io.streamdistill.student.source.Rejection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a batch, trains on it, and now and then publishes a checkpoint, until the passes are over
 * or it is told to stop. Runs on one thread. When a checkpoint is published depends on the clock;
 * what is trained does not.
 */
public final class TrainingLoop {

  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  /** Steps between two looks into the network. */
  private static final long INSPECTION = 100;

  private final BatchPrefetcher batches;
  private final BatchStep steps;
  private final TrainableStudent student;
  private final Unpublished unpublished;
  private final RejectedBefore rejectedBefore;
  private final PrequentialMetrics metrics;
  private final LearningMonitor monitor;

  private volatile Progress progress;
  private volatile boolean stopping;
  private volatile boolean abandoned;

  /** Creates a loop that goes on from {@code start}, to which student and source have been set. */
  public TrainingLoop(
      BatchPrefetcher batches,
      BatchStep steps,
      Unpublished unpublished,
      RejectedBefore rejectedBefore,
      PrequentialMetrics metrics,
      LearningMonitor monitor,
      Progress start) {
    this.batches = batches;
    this.steps = steps;
    this.student = steps.student();
    this.unpublished = unpublished;
    this.rejectedBefore = rejectedBefore;
    this.metrics = metrics;
    this.monitor = monitor;
    this.progress = start;
  }

  /**
   * Trains until the passes are over or {@link #stop} is called, and publishes the last state.
   *
   * @return whether the passes are over
   * @throws DivergenceException when training has diverged; nothing of that is published
   */
  public boolean run() {
    boolean over = false;
    batches.start();
    try (batches) {
      while (!over && !stopping) {
        Prefetched next = batches.next();
        if (next != null) {
          over = trainOn(next);
        }
        if (!over && unpublished.isDue(progress)) {
          unpublished.publish(student, progress, metrics, monitor);
        }
      }
      if (abandoned) {
        return false;
      }
      for (Prefetched waiting : over ? List.<Prefetched>of() : batches.finish()) {
        over |= trainOn(waiting);
      }
    }
    if (over) {
      monitor.trainingIsOver(progress.step());
    }
    unpublished.publishRest(student, progress, metrics, monitor);
    return over;
  }

  /** Returns whether it was the last one. */
  private boolean trainOn(Prefetched next) {
    Batch batch = next.batch();
    LogPosition nextPass = next.nextPass();
    boolean last = next.last();
    train(batch, next.rows());
    batches.recycle(next);
    if (nextPass != null) {
      passOver(nextPass);
    }
    return last;
  }

  private void train(Batch batch, RowBatch rows) {
    unpublished.read(batch);
    if (batch.rows() > 0) {
      BatchStep.Taken taken = steps.take(batch, rows, progress);
      taken.poison().forEach(row -> reject(batch, row));
      metrics.trained(batch, taken.loss());
      monitor.observe(taken.loss(), progress.step());
      if (progress.step() % INSPECTION == 0) {
        monitor.inspect(student.deadUnits(), batch.rows(), progress.step());
      }
    }
    progress = progress.after(batch);
  }

  private void reject(Batch batch, int row) {
    ConsumerRecord<byte[], byte[]> record = batch.records().get(row);
    log.warn(
        "the student's loss for the record at {}-{}, offset {}, is not a finite number; it is not trained on, and goes to the dead letters",
        record.topic(),
        record.partition(),
        record.offset());
    if (batch.isNew(row) && !rejectedBefore.contains(record)) {
      unpublished.reject(
          new Rejection(
              record, Reason.NON_FINITE_LOSS, "the student's loss for it is not a finite number"));
    }
  }

  private void passOver(LogPosition nextPass) {
    Map<String, Double> figures = metrics.figures();
    log.info(
        "pass {} over: {} examples seen, {} steps, {}",
        progress.position().pass() + 1,
        progress.examplesSeen(),
        progress.step(),
        figures);
    progress = progress.at(nextPass);
  }

  /** Makes {@link #run} return after the present batch; may be called from any thread. */
  public void stop() {
    stopping = true;
    unpublished.hurry();
  }

  /** As {@link #stop}, but nothing is published any more, as if the process had been killed. */
  public void abandon() {
    abandoned = true;
    stop();
  }

  /** How far training has come; may be called from any thread. */
  public Progress progress() {
    return progress;
  }
}
