package io.streamdistill.student.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.student.StudentException;
import io.streamdistill.student.learning.DivergenceException;
import io.streamdistill.student.source.Rejection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes checkpoints while training goes on: the training thread only copies the student's
 * numbers. One checkpoint is published at a time; while broker or store are away, it is tried again
 * and again ({@link Perseverance}). A failure that no retry cures is thrown at the training thread,
 * by the next call. Methods belong to that one thread, unless they say otherwise.
 */
public final class BackgroundPublisher implements AutoCloseable {

  private final CheckpointPublisher publisher;
  private final CheckpointWriter writer;
  private final Perseverance perseverance;
  private final Timer stall;
  private final Timer duration;
  private final ExecutorService thread;
  private @Nullable Future<?> running;

  /** Creates a publisher. */
  public BackgroundPublisher(
      CheckpointPublisher publisher,
      CheckpointWriter writer,
      Perseverance perseverance,
      MeterRegistry registry) {
    this.publisher = publisher;
    this.writer = writer;
    this.perseverance = perseverance;
    stall =
        Timer.builder("distill.student.checkpoint.stall")
            .description("Time that training stood still for a checkpoint")
            .register(registry);
    duration =
        Timer.builder("distill.student.checkpoint.duration")
            .description("Time from the copy of the student to the announcement of its checkpoint")
            .register(registry);
    thread =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread thread = new Thread(work, "checkpoints");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Whether {@link #publish} would wait for the checkpoint before.
   *
   * @throws StudentException or another, when that has failed
   */
  public boolean isBusy() {
    if (running != null && running.isDone()) {
      await();
    }
    return running != null;
  }

  /**
   * Takes a snapshot of the student and returns; the rest happens meanwhile. Waits for the
   * checkpoint before.
   *
   * @throws DivergenceException when its numbers are not finite, or what it says to ordinary
   *     features; nothing of it is published then
   */
  public void publish(TrainableStudent student, Publication publication) {
    long at = publication.progress().step();
    StudentSnapshot snapshot = writer.snapshot(student);
    requireFinite(snapshot, at);
    await();
    CheckpointPublisher.Attempt attempt = new CheckpointPublisher.Attempt(snapshot, publication);
    running =
        thread.submit(
            () -> duration.record(() -> publish(attempt, "the checkpoint of step " + at)));
  }

  private static void requireFinite(StudentSnapshot snapshot, long step) {
    String notFinite = snapshot.notFinite();
    if (notFinite != null) {
      throw new DivergenceException(
          "%s at step %d hold values that are not finite".formatted(notFinite, step), step);
    }
    if (!snapshot.answers().isFinite()) {
      throw new DivergenceException(
          "at step %d the student's answers to ordinary features are not finite numbers"
              .formatted(step),
          step);
    }
  }

  private void publish(CheckpointPublisher.Attempt attempt, String what) {
    try {
      perseverance.until(what, again -> publisher.publish(attempt));
    } finally {
      publisher.dispose(attempt);
    }
  }

  /**
   * Moves records that are not fit to the dead letters, without a checkpoint. Waits for the
   * checkpoint before.
   *
   * @param progress how far the log was read
   */
  public void publishRejections(List<Rejection> rejections, Progress progress) {
    await();
    running =
        thread.submit(
            () ->
                perseverance.until(
                    "%d dead letters".formatted(rejections.size()),
                    again -> publisher.publishRejections(rejections, progress, again)));
  }

  /** What it waits for, in one line; empty when nothing is away. From any thread. */
  public Optional<String> problem() {
    return perseverance.problem();
  }

  /** The service is to end: an outage is waited out for some seconds only. From any thread. */
  public void hurry() {
    perseverance.hurry();
  }

  /** Ends an attempt that is under way, and that nobody waits for any more. From any thread. */
  public void giveUp() {
    perseverance.endNow();
    thread.shutdownNow();
  }

  /** Adds to the time that training stood still. */
  public void stalled(long nanos) {
    stall.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Waits for the checkpoint that is being published, if one is.
   *
   * @throws StudentException or another, when it fails
   */
  public void await() {
    Future<?> last = running;
    running = null;
    if (last == null) {
      return;
    }
    try {
      last.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new StudentException("publishing ended with " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StudentException("interrupted while a checkpoint was published", e);
    }
  }

  /** Lets the checkpoint that is being published end; an outage is not waited out for long. */
  @Override
  public void close() {
    perseverance.hurry();
    thread.shutdown();
    try {
      while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
        // Kafka's own time-outs end a publication that cannot succeed.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
