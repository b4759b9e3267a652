package io.streamdistill.student;

import static io.streamdistill.student.SoftTargetFixture.checkpointEvery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The soft-target topic is deleted and created anew. */
final class RecreatedLogTest {

  @TempDir private static Path directory;
  private static SoftTargetFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new SoftTargetFixture(directory);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static void recreate(TopicsConfig topics) throws Exception {
    try (Admin admin = Admin.create(fixture.kafka.admin())) {
      admin.deleteTopics(List.of(topics.softTargets())).all().get();
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> !admin.listTopics().names().get().contains(topics.softTargets()));
    }
    var unused = Topics.create(fixture.kafka, TopicSpec.all(topics, 1 << 20));
  }

  private static Optional<Announcement> latest(TopicsConfig topics) {
    return CheckpointLog.readAll(fixture.kafka, topics.checkpoints()).latest("old");
  }

  private static long examplesPublished(TopicsConfig topics) {
    return latest(topics).map(Announcement::examplesSeen).orElse(0L);
  }

  private static void awaitPublished(TopicsConfig topics, long examples) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> examplesPublished(topics) >= examples);
  }

  @Test
  void isNotReadAtTheOffsetsOfBeforeAndGoneOnWithOnlyIfThatIsConfigured() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(640, 1));
    StudentConfig stops = fixture.student("old", 0, 0, checkpointEvery(320));
    StudentConfig goesOn =
        fixture.student("old", 0, 0, checkpointEvery(320), "on-lost-records=continue");
    try (TrainerService trainer = fixture.start(stops, topics)) {
      awaitPublished(topics, 640);
      recreate(topics);
      fixture.produce(topics, SoftTargetFixture.softTargets(1_280, 2));

      assertThatThrownBy(trainer::awaitEnd)
          .isInstanceOf(LostRecordsException.class)
          .hasMessageContaining("the topic there now, if any, is another")
          .hasMessageContaining("student.on-lost-records");
    }
    long before = examplesPublished(topics);
    assertThatThrownBy(() -> fixture.start(stops, topics)).isInstanceOf(LostRecordsException.class);

    try (TrainerService trainer = fixture.start(goesOn, topics)) {
      awaitPublished(topics, before + 1_280);
      recreate(topics); // while it runs
      fixture.produce(topics, SoftTargetFixture.softTargets(640, 3));
      awaitPublished(topics, before + 1_280 + 640);
      assertThat(trainer.progress().position().covered().values()).containsOnly(320L);
    }
    assertThat(
            latest(topics).orElseThrow().training().sourceOffsets().values().stream()
                .mapToLong(next -> next)
                .sum())
        .as("of the newest log")
        .isEqualTo(640);
  }
}
