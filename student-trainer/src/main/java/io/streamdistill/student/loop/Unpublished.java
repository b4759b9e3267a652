package io.streamdistill.student.loop;

import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.student.learning.LearningMonitor;
import io.streamdistill.student.publish.BackgroundPublisher;
import io.streamdistill.student.publish.CheckpointConfig;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.publish.Publication;
import io.streamdistill.student.source.Batch;
import io.streamdistill.student.source.ReadingOrder;
import io.streamdistill.student.source.Rejection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What training has done since the last checkpoint, when that is to be published, and its
 * publication. Belongs to the thread of the loop, but for {@link #hurry}.
 */
public final class Unpublished {

  private static final Logger log = LoggerFactory.getLogger(Unpublished.class);

  /** Rejected records held at most until a checkpoint lets them go to the dead-letter topic. */
  private static final int MAX_REJECTIONS = 1_000;

  /** Decisions of the reader that are held at most until a checkpoint has them. */
  private static final int MAX_DECISIONS = 100_000;

  private final BackgroundPublisher publisher;
  private final CheckpointConfig config;
  private final InstantSource clock;
  private final List<Rejection> rejections = new ArrayList<>();
  private final ReadingOrder order = new ReadingOrder();
  private Progress published;
  private Instant publishedAt;

  /**
   * Creates it empty.
   *
   * @param config when checkpoints are published
   * @param start how far training has come
   */
  public Unpublished(
      BackgroundPublisher publisher, CheckpointConfig config, Progress start, InstantSource clock) {
    this.publisher = publisher;
    this.config = config;
    this.clock = clock;
    this.published = start;
    this.publishedAt = clock.instant();
  }

  /** Adds what was found while a batch was read. */
  void read(Batch batch) {
    rejections.addAll(batch.rejections());
    order.addAll(batch.order());
  }

  /** Adds a record that was not fit after all. */
  void reject(Rejection rejection) {
    rejections.add(rejection);
  }

  private long newExamples(Progress progress) {
    return progress.examplesSeen() - published.examplesSeen();
  }

  private boolean isEmpty(Progress progress) {
    return newExamples(progress) == 0 && rejections.isEmpty();
  }

  /**
   * Whether to publish now. By time, a checkpoint waits until the one before is out; by number,
   * training waits for it.
   */
  boolean isDue(Progress progress) {
    boolean busy = publisher.isBusy();
    if (isEmpty(progress)) {
      return false;
    }
    return (config.everyExamples() > 0 && newExamples(progress) >= config.everyExamples())
        || rejections.size() >= MAX_REJECTIONS
        || order.size() >= MAX_DECISIONS
        || (!busy && Duration.between(publishedAt, clock.instant()).compareTo(config.every()) >= 0);
  }

  /** Publishes: a checkpoint, or, when nothing was trained on, what was not fit. */
  void publish(
      TrainableStudent student,
      Progress progress,
      PrequentialMetrics metrics,
      LearningMonitor monitor) {
    if (newExamples(progress) == 0) {
      publisher.publishRejections(List.copyOf(rejections), progress);
    } else {
      publishCheckpoint(student, progress, metrics, monitor);
      published = progress;
    }
    rejections.clear();
    publishedAt = clock.instant();
  }

  private void publishCheckpoint(
      TrainableStudent student,
      Progress progress,
      PrequentialMetrics metrics,
      LearningMonitor monitor) {
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
    publisher.stalled(System.nanoTime() - start);
  }

  /** Publishes what there is, if anything, and waits until it is out. */
  void publishRest(
      TrainableStudent student,
      Progress progress,
      PrequentialMetrics metrics,
      LearningMonitor monitor) {
    if (!isEmpty(progress)) {
      publish(student, progress, metrics, monitor);
    }
    publisher.await();
  }

  /** The service is to end: an outage is waited out for some seconds only. From any thread. */
  void hurry() {
    publisher.hurry();
  }
}
