package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.NotYetException;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** The announced checkpoints that a choice may stand for. */
final class Candidates {

  private final KafkaSettings kafka;
  private final TopicsConfig topics;

  Candidates(KafkaSettings kafka, TopicsConfig topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  /** What is announced of a student now, oldest first. */
  List<Announcement> announced(String student) {
    return CheckpointLog.read(kafka, topics.checkpoints()).announcements(student);
  }

  /** Whether the trainer has deleted a checkpoint since it was looked up. */
  boolean isWithdrawn(CheckpointId id) {
    return announced(id.student()).stream().map(Announcement::id).noneMatch(id::equals);
  }

  /** What is tried, in this order. */
  List<Announcement> of(String student, CheckpointChoice choice, List<Announcement> announced) {
    if (choice.isLatest()) {
      List<Announcement> newestFirst = new ArrayList<>(announced);
      Collections.reverse(newestFirst);
      return newestFirst;
    }
    String version =
        choice.alias() == null ? choice.version() : version(student, choice.alias(), announced);
    return announced.stream()
        .filter(one -> one.version().equals(version))
        .findFirst()
        .map(List::of)
        .orElseThrow(
            () ->
                new CheckpointException(
                    "version '%s' of student '%s' is not announced on topic '%s' of kafka at %s; these are:\n  %s"
                        .formatted(
                            version,
                            student,
                            topics.checkpoints(),
                            kafka.bootstrapServers(),
                            announced.stream()
                                .map(Announcement::version)
                                .collect(Collectors.joining("\n  ")))));
  }

  private String version(String student, String alias, List<Announcement> announced) {
    AliasLog events = AliasLog.read(kafka, topics.checkpointEvents());
    Awaited awaited = Awaited.of(alias, announced, events.events(student));
    return events
        .alias(student, alias)
        .map(Alias::version)
        .orElseThrow(
            () ->
                new NotYetException(
                    "'%s' has no alias '%s' yet: %s. 'distill checkpoints --student %s' says more, 'distill promote' moves it by hand, and --alias latest is the newest in any case"
                        .formatted(student, alias, awaited, student),
                    awaited.reason()));
  }
}
