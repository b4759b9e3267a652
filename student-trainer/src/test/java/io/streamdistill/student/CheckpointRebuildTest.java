package io.streamdistill.student;

import static io.streamdistill.student.SoftTargetFixture.checkpointEvery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Target;
import io.streamdistill.student.publish.Lineage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights are made again from the log and the order that a checkpoint has. */
final class CheckpointRebuildTest {

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

  private static CheckpointRebuild rebuild(StudentConfig config, TopicsConfig topics) {
    return new CheckpointRebuild(
        config, fixture.kafka, topics.softTargets(), SoftTargetFixture.TASK);
  }

  private static Path pulled(TopicsConfig topics, String student, String version) {
    Path to = directory.resolve(student + "-" + version);
    if (!Files.exists(to)) {
      new CheckpointPuller(Cluster.of(fixture.kafka, topics))
          .pull(student, CheckpointChoice.version(version), to);
    }
    return to;
  }

  /** A stream that is fed while trainers are killed, with a partition that comes later. */
  @Test
  void aStreamThatIsFollowedAcrossKills() throws Exception {
    TopicsConfig topics = fixture.createTopics(3);
    StudentConfig config =
        fixture.student(
            "fed",
            0,
            0,
            checkpointEvery(400),
            "log.linger=100ms",
            "log.visits=3",
            "log.shuffle=64");
    Random random = new Random(5);
    int fed = 0;
    for (int life = 0; life < 4; life++) {
      TrainerService trainer = fixture.start(config, topics);
      for (int i = 0; i < 8; i++) {
        int count = 20 + random.nextInt(120);
        List<Target> targets = SoftTargetFixture.softTargets(count, 100 * life + i);
        fixture.produceTo(topics, targets, n -> n % 40 == 0 ? n / 40 % 3 : 0);
        fed += count;
        Thread.sleep(random.nextInt(250));
      }
      int all = fed;
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> trainer.progress().examplesSeen() > all);
      if (life == 1) {
        fixture.addPartition(topics.softTargets());
      }
      if (life < 3) {
        trainer.abandon();
      } else {
        Awaitility.await()
            .atMost(Duration.ofMinutes(2))
            .until(() -> trainer.progress().examplesSeen() == 3L * all);
        trainer.close();
      }
    }
    var announced = CheckpointLog.read(fixture.kafka, topics.checkpoints()).announcements("fed");
    Path last = pulled(topics, "fed", announced.get(announced.size() - 1).version());
    Path before = pulled(topics, "fed", announced.get(announced.size() - 2).version());

    CheckpointRebuild.Outcome whole = rebuild(config, topics).rebuild(last, null);
    CheckpointRebuild.Outcome part = rebuild(config, topics).rebuild(last, before);

    assertThat(whole.differing()).isZero();
    assertThat(whole.steps()).isEqualTo(whole.manifest().step()).isGreaterThan(100);
    assertThat(whole.numbers()).isGreaterThan(100);
    assertThat(part.differing()).isZero();
    assertThat(part.steps()).isLessThan(whole.steps()).isPositive();
    assertThat(Lineage.segments(last)).hasSizeGreaterThan(5);
  }

  @Test
  void passesOverALog() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(700, 3));
    StudentConfig config = fixture.student("passes", 3, 0);
    fixture.train(config, topics);
    String version = latest(topics, "passes");

    assertThat(rebuild(config, topics).rebuild(pulled(topics, "passes", version), null).isSame())
        .isTrue();
    assertThatThrownBy(
            () ->
                rebuild(fixture.student("passes", 3, 0, "seed=8"), topics)
                    .rebuild(pulled(topics, "passes", version), null))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("seed: ")
        .hasMessageContaining("-> 8");
  }

  @Test
  void saysHowFarTheOrderGoesBack() throws Exception {
    TopicsConfig topics = fixture.createTopics(1);
    fixture.produce(topics, SoftTargetFixture.softTargets(300, 4));
    StudentConfig config = fixture.student("first", 1, 0);
    fixture.train(config, topics);
    fixture.train(fixture.student("second", 1, 0), topics);
    Path checkpoint = pulled(topics, "first", latest(topics, "first"));
    Path other = pulled(topics, "second", latest(topics, "second"));

    assertThatThrownBy(() -> rebuild(config, topics).rebuild(checkpoint, other))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("it goes back to the beginning")
        .hasMessageContaining("--from");
  }

  private static String latest(TopicsConfig topics, String student) {
    return CheckpointLog.readAll(fixture.kafka, topics.checkpoints())
        .latest(student)
        .orElseThrow()
        .version();
  }
}
