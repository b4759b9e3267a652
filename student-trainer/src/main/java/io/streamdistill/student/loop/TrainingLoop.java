package io.streamdistill.student.loop;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.student.learning.DivergenceException;
import io.streamdistill.student.learning.LearningMonitor;
import io.streamdistill.student.publish.BackgroundPublisher;
import io.streamdistill.student.publish.CheckpointConfig;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.publish.Publication;
import io.streamdistill.student.source.Batch;
import io.streamdistill.student.source.BatchPrefetcher;
import io.streamdistill.student.source.BatchPrefetcher.Prefetched;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.source.ReadingOrder;
import io.streamdistill.student.source.RejectedBefore;
import io.streamdistill.student.source.Rejection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
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

  /** Rejected records held at most until a checkpoint lets them go to the dead-letter topic. */
  private static final int MAX_REJECTIONS = 1_000;

  /** Decisions of the reader that are held at most until a checkpoint has them. */
  private static final int MAX_DECISIONS = 100_000;

  /** Steps between two looks into the network. */
  private static final long INSPECTION = 100;

  private final BatchPrefetcher batches;
  private final TrainableStudent student;
  private final BatchStep steps;
  private final BackgroundPublisher publisher;
  private final CheckpointConfig checkpoints;
  private final RejectedBefore rejectedBefore;
  private final PrequentialMetrics metrics;
  private final LearningMonitor monitor;
  private final InstantSource clock;

  private final List<Rejection> rejections = new ArrayList<>();
  private final ReadingOrder order = new ReadingOrder(); // since the last checkpoint
  private volatile Progress progress;
  private volatile boolean stopping;
  private volatile boolean abandoned;
  private Progress published;
  private Instant publishedAt;

  /** Creates a loop that goes on from {@code start}, to which student and source have been set. */
  public TrainingLoop(
      BatchPrefetcher batches,
      TrainableStudent student,
      BatchStep steps,
      BackgroundPublisher publisher,
      CheckpointConfig checkpoints,
      RejectedBefore rejectedBefore,
      PrequentialMetrics metrics,
      LearningMonitor monitor,
      InstantSource clock,
      Progress start) {
    this.batches = batches;
    this.student = student;
    this.steps = steps;
    this.publisher = publisher;
    this.checkpoints = checkpoints;
    this.rejectedBefore = rejectedBefore;
    this.metrics = metrics;
    this.monitor = monitor;
    this.clock = clock;
    this.progress = start;
    this.published = start;
    this.publishedAt = clock.instant();
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
        if (!over && checkpointDue()) {
          publish();
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
    if (newExamples() > 0 || !rejections.isEmpty()) {
      publish();
    }
    publisher.await();
    return over;
  }

  private long newExamples() {
    return progress.examplesSeen() - published.examplesSeen();
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
    rejections.addAll(batch.rejections());
    order.addAll(batch.order());
    if (batch.rows() > 0) {
      BatchStep.Taken taken = steps.take(batch, rows, progress);
      taken.poison().forEach(row -> reject(batch, row));
      metrics.trained(batch, taken.loss(), clock.millis());
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
      rejections.add(
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

  /** By time, a checkpoint waits until the one before is out; by number, training waits for it. */
  private boolean checkpointDue() {
    boolean busy = publisher.isBusy();
    long examples = newExamples();
    if (examples == 0 && rejections.isEmpty()) {
      return false;
    }
    return (checkpoints.everyExamples() > 0 && examples >= checkpoints.everyExamples())
        || rejections.size() >= MAX_REJECTIONS
        || order.size() >= MAX_DECISIONS
        || (!busy
            && Duration.between(publishedAt, clock.instant()).compareTo(checkpoints.every()) >= 0);
  }

  private void publish() {
    if (newExamples() == 0) {
      publishRejections();
    } else {
      publishCheckpoint();
    }
  }

  /** No checkpoint comes of records that were not trained on. */
  private void publishRejections() {
    publisher.publishRejections(List.copyOf(rejections), progress);
    rejections.clear();
    publishedAt = clock.instant();
  }

  private void publishCheckpoint() {
    if (!monitor.state().isHealthy()) {
      log.warn(
          "this checkpoint is published as {} and does not become champion: {}",
          monitor.state().label(),
          monitor.detail());
    }
    long start = System.nanoTime();
    publisher.publish(
        student,
        new Publication(
            progress,
            rejections,
            metrics.figures(),
            monitor.record(),
            order.drain(),
            published.step()));
    rejections.clear();
    published = progress;
    publishedAt = clock.instant();
    publisher.stalled(System.nanoTime() - start);
  }

  /** Makes {@link #run} return after the present batch; may be called from any thread. */
  public void stop() {
    stopping = true;
    publisher.hurry();
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
