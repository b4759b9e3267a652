package io.streamdistill.student;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.kafka.Outage;
import io.streamdistill.kafka.StartUp;
import io.streamdistill.observe.Health;
import io.streamdistill.student.learning.Advice;
import java.time.Duration;
import java.util.Optional;

/** Whether a trainer does its work, and if not, what keeps it from that. */
final class Readiness {

  /** Kafka is asked every few seconds; this long without an answer is no accident. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /** Records that lie unread for longer than this are worth a word. */
  private static final Duration UNREAD = Duration.ofSeconds(30);

  private final StartUp startUp;
  private final TrainerLife life;

  Readiness(StartUp startUp, TrainerLife life) {
    this.startUp = startUp;
    this.life = life;
  }

  /** Adds the checks. */
  void addTo(Health health) {
    health.readiness("start", startUp::problem);
    health.readiness("kafka", this::kafka);
    health.readiness("checkpoints", this::checkpoints);
    health.readiness("learning", this::learning);
    health.readiness("records", this::records);
  }

  private Optional<String> kafka() {
    return life.assembly()
        .map(TrainerAssembly::silence)
        .filter(silence -> silence.compareTo(SILENCE) >= 0)
        .map(
            silence ->
                "Kafka has not answered for %d s; training goes on when it does"
                    .formatted(silence.toSeconds()));
  }

  /** Whether a checkpoint is unlikely to be published just now. */
  boolean isAway() {
    return kafka().isPresent() || checkpoints().isPresent();
  }

  private Optional<String> checkpoints() {
    return life.training().flatMap(now -> now.publisher().problem());
  }

  private Optional<String> learning() {
    return life.training()
        .map(Training::monitor)
        .filter(monitor -> !monitor.state().isHealthy())
        .map(
            monitor ->
                "the student has %s: %s; see %s"
                    .formatted(monitor.state().label(), monitor.detail(), Advice.DOCUMENT));
  }

  private Optional<String> records() {
    return life.assembly()
        .filter(parts -> !life.isOver()) // nothing is left to read
        .flatMap(parts -> parts.report().problem(UNREAD));
  }

  /** A store that is away may be there in a moment. */
  static boolean isStoreAway(RuntimeException failure) {
    boolean away = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      away |= cause instanceof UnreachableException || Outage.isBehind(cause);
    }
    return away && failure instanceof CheckpointException;
  }
}
