package io.streamdistill.cli.checkpoints;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.CheckpointListing;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.checkpoints.store.StoredManifests;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the commands find checkpoints and move aliases.
 *
 * @param s3 where manifests are of checkpoints that were announced in S3
 * @param clock of the moves
 */
public record AliasDesk(
    KafkaSettings kafka, TopicsConfig topics, S3Settings s3, InstantSource clock) {

  private static final Logger LOG = LoggerFactory.getLogger(AliasDesk.class);

  AliasLog aliases() {
    return AliasLog.read(kafka, topics.checkpointEvents());
  }

  /**
   * The announced checkpoints of a student, oldest first.
   *
   * @throws CheckpointException when there are none
   */
  List<Announcement> announced(String student) {
    List<Announcement> announced =
        CheckpointLog.read(kafka, topics.checkpoints()).announcements(student);
    if (announced.isEmpty()) {
      throw new CheckpointException(
          "no checkpoint of student '%s' is announced on topic '%s' of kafka at %s; is the name right, and has its trainer published yet?"
              .formatted(student, topics.checkpoints(), kafka.bootstrapServers()));
    }
    return announced;
  }

  /** What there is to say of checkpoints, newest first, with what their manifests add. */
  List<CheckpointListing> detailed(List<Announcement> announced, String student) {
    Map<String, Announcement> byVersion =
        announced.stream()
            .collect(Collectors.toMap(Announcement::version, one -> one, (a, b) -> b));
    try (StoredManifests manifests =
        new StoredManifests(new CheckpointStores(new Cluster(kafka, topics, s3)))) {
      return CheckpointListing.of(announced, aliases(), student).stream()
          .map(
              listing -> {
                Announcement one = byVersion.get(listing.version());
                return one == null
                    ? listing
                    : listing.withTeacherExamples(teacherExamples(manifests, one));
              })
          .toList();
    }
  }

  /** A checkpoint may be deleted while it is looked at. */
  private static @Nullable Map<String, Long> teacherExamples(
      StoredManifests manifests, Announcement checkpoint) {
    try {
      return manifests.read(checkpoint).teacherExamples();
    } catch (CheckpointException e) {
      LOG.warn(
          "{} is listed without what its manifest says: {}", checkpoint.version(), e.getMessage());
      return null;
    }
  }

  /** Says whether a version is there to be moved to. */
  void requireAnnounced(String student, String version) {
    if (announced(student).stream().noneMatch(one -> one.version().equals(version))) {
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
