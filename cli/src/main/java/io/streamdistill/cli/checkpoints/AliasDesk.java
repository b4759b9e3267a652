package io.streamdistill.cli.checkpoints;

import io.streamdistill.core.checkpoint.Alias;
import io.streamdistill.core.checkpoint.AliasLog;
import io.streamdistill.core.checkpoint.AliasWriter;
import io.streamdistill.core.checkpoint.CheckpointException;
import io.streamdistill.core.checkpoint.CheckpointLog;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.schema.CheckpointEventKind;
import io.streamdistill.schema.CheckpointPublished;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Where the commands find checkpoints and move aliases.
 *
 * @param clock of the moves
 */
public record AliasDesk(KafkaSettings kafka, TopicsConfig topics, InstantSource clock) {

  AliasLog aliases() {
    return AliasLog.read(kafka, topics.checkpointEvents());
  }

  /**
   * The announced checkpoints of a student, oldest first.
   *
   * @throws CheckpointException when there are none
   */
  List<CheckpointPublished> announced(String student) {
    List<CheckpointPublished> announced =
        CheckpointLog.read(kafka, topics.checkpoints()).announcements(student);
    if (announced.isEmpty()) {
      throw new CheckpointException(
          "no checkpoint of student '%s' is announced on topic '%s' of kafka at %s; is the name right, and has its trainer published yet?"
              .formatted(student, topics.checkpoints(), kafka.bootstrapServers()));
    }
    return announced;
  }

  /** Says whether a version is there to be moved to. */
  void requireAnnounced(String student, String version) {
    if (announced(student).stream().noneMatch(one -> one.getVersion().equals(version))) {
      throw new CheckpointException(
          "version '%s' of '%s' is not announced, or was deleted; 'distill checkpoints --student %s' lists those there are"
              .formatted(version, student, student));
    }
  }

  /** Moves an alias that is where {@code seen} has it; returns where it stands now. */
  Optional<Alias> move(
      AliasLog seen,
      CheckpointEventKind kind,
      String student,
      String alias,
      String version,
      String actor,
      String reason) {
    try (AliasWriter writer = new AliasWriter(kafka, topics.checkpointEvents(), clock)) {
      return writer.move(seen, kind, student, alias, version, actor, reason).alias(student, alias);
    }
  }
}
