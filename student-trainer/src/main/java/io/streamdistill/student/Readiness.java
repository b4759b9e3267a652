package io.streamdistill.student;

import io.streamdistill.kafka.StartUp;
import io.streamdistill.observe.Health;
import io.streamdistill.student.learning.Advice;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a trainer does its work, and if not, what keeps it from that. */
final class Readiness {

  /** Kafka is asked every few seconds; this long without an answer is no accident. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /** Records that lie unread for longer than this are worth a word. */
  private static final Duration UNREAD = Duration.ofSeconds(30);

  private final StartUp startUp;
  private volatile @Nullable TrainerAssembly assembly; // null: it is starting
  private volatile @Nullable Training training; // null: the log is being measured
  private volatile boolean over;

  Readiness(StartUp startUp) {
    this.startUp = startUp;
  }

  /** Adds the checks. */
  void addTo(Health health) {
    health.readiness("start", startUp::problem);
    health.readiness("kafka", this::kafka);
    health.readiness("checkpoints", this::checkpoints);
    health.readiness("learning", this::learning);
    health.readiness("records", this::records);
  }

  /** It has started. */
  void started(TrainerAssembly parts) {
    assembly = parts;
  }

  /** Another training has begun. */
  void training(Training now) {
    training = now;
  }

  /** There is nothing left to do, so nothing keeps it from that. */
  void over() {
    over = true;
  }

  private Optional<String> kafka() {
    TrainerAssembly parts = assembly;
    if (parts == null || parts.silence().compareTo(SILENCE) < 0) {
      return Optional.empty();
    }
    return Optional.of(
        "Kafka has not answered for %d s; training goes on when it does"
            .formatted(parts.silence().toSeconds()));
  }

  /** Whether a checkpoint is unlikely to be published just now. */
  boolean isAway() {
    return kafka().isPresent() || checkpoints().isPresent();
  }

  private Optional<String> checkpoints() {
    Training now = training;
    return now == null ? Optional.empty() : now.publisher().problem();
  }

  private Optional<String> learning() {
    Training now = training;
    if (now == null || now.monitor().state().isHealthy()) {
      return Optional.empty();
    }
    return Optional.of(
        "the student has %s: %s; see %s"
            .formatted(now.monitor().state().label(), now.monitor().detail(), Advice.DOCUMENT));
  }

  private Optional<String> records() {
    TrainerAssembly parts = assembly;
    return parts == null || over ? Optional.empty() : parts.report().problem(UNREAD);
  }
}
