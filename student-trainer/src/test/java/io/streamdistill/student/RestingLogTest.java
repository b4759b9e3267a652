package io.streamdistill.student;

import static io.streamdistill.student.SoftTargetFixture.checkpointEvery;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Target;
import io.streamdistill.testkit.TestRecords;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trainer on a log that nobody writes to any more. */
final class RestingLogTest {

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

  /** Settings of one that follows the log without end. */
  private static String[] following(int visits, Duration linger, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "log.visits=" + visits,
                "log.linger=" + linger.toMillis() + "ms",
                "log.shuffle=64"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofMinutes(2)).until(condition);
  }

  private static String metrics(TrainerService trainer) throws Exception {
    URI page = URI.create("http://127.0.0.1:" + trainer.httpPort() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
        .body();
  }

  private static Announcement latest(TopicsConfig topics, String student) {
    return CheckpointLog.readAll(fixture.kafka, topics.checkpoints()).latest(student).orElseThrow();
  }

  /** SHA-256 of the newest weights and trainer state. */
  private static Map<String, String> weights(TopicsConfig topics, String student) {
    return latest(topics, student).files().stream()
        .filter(file -> file.name().endsWith(".safetensors"))
        .collect(Collectors.toMap(FileEntry::name, FileEntry::sha256));
  }

  @Test
  void passesEndAtTheEndAndTakeTheOrderOfPassesOfThatManyRecords() throws Exception {
    TopicsConfig topics = fixture.createTopics(4);
    List<Target> targets = SoftTargetFixture.softTargets(900, 1);
    fixture.produceTo(topics, targets, i -> i % 10 == 0 ? 0 : 3); // two partitions stay empty

    StudentConfig toTheEnd = fixture.student("to-the-end", 3, 0);
    try (TrainerService trainer = fixture.start(toTheEnd, topics)) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> trainer.progress().position().pass() == 3);
      assertThat(trainer.awaitEnd()).isTrue();
    }
    fixture.train(fixture.student("of-so-many", 3, 900), topics);

    assertThat(latest(topics, "to-the-end").examplesSeen()).isEqualTo(3 * 900);
    assertThat(weights(topics, "to-the-end")).isEqualTo(weights(topics, "of-so-many"));
  }

  @Test
  void recordsAreGoneOverAgainAndKilledTrainersEndWithTheSameWeights() throws Exception {
    TopicsConfig topics = fixture.createTopics(3);
    fixture.produce(topics, SoftTargetFixture.softTargets(500, 2));
    StudentConfig config =
        fixture.student(
            "killed", 0, 0, following(40, Duration.ofMillis(200), checkpointEvery(1_000)));

    for (int i = 0; i < 2; i++) {
      TrainerService killed = fixture.start(config, topics);
      long before = killed.progress().examplesSeen();
      await(() -> killed.progress().examplesSeen() > before + 2_000);
      killed.abandon();
    }
    try (TrainerService last = fixture.start(config, topics)) {
      await(() -> last.progress().examplesSeen() == 40 * 500);
      await(() -> metrics(last).contains("state=\"resting\",student=\"killed\"} 1.0"));
      assertThat(metrics(last)).contains("distill_student_visits", "} 40.0");
    }
    try (TrainerService undisturbed =
        fixture.start(
            fixture.student("undisturbed", 0, 0, following(40, Duration.ofMillis(200))), topics)) {
      await(() -> undisturbed.progress().examplesSeen() == 40 * 500);
    }

    assertThat(weights(topics, "killed")).isEqualTo(weights(topics, "undisturbed"));
    assertThat(latest(topics, "killed").metrics().get("agreement")).isGreaterThan(0.95);
  }

  @Test
  void aStudentThatIsStoppedHasLearnedFromWhatWaited() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(10, 3)); // batches have 32
    StudentConfig config = fixture.student("stopped", 0, 0, following(1, Duration.ofHours(1)));
    try (TrainerService trainer = fixture.start(config, topics)) {
      await(() -> metrics(trainer).contains("distill_student_waiting"));
      await(() -> metrics(trainer).lines().anyMatch(RestingLogTest::tenWait));
      assertThat(trainer.progress().examplesSeen()).isZero();
    }

    assertThat(latest(topics, "stopped").examplesSeen()).isEqualTo(10);
  }

  private static boolean tenWait(String line) {
    return line.startsWith("distill_student_waiting{") && line.endsWith(" 10.0");
  }

  /** Standardised, their features are all 0, and no hidden unit has anything to say. */
  @Test
  void tenRecordsAlikeTeachTheirAnswer() throws Exception {
    TopicsConfig topics = fixture.createTopics(1);
    fixture.produce(topics, Collections.nCopies(10, SoftTargetFixture.softTargets(1, 6).get(0)));
    StudentConfig config =
        fixture.student(
            "alike",
            0,
            0,
            following(300, Duration.ZERO, "features.standardise=auto", "features.examples=10"));
    try (TrainerService trainer = fixture.start(config, topics)) {
      await(() -> trainer.progress().examplesSeen() == 10 * 300);
    }

    assertThat(latest(topics, "alike").metrics()).containsEntry("agreement", 1.0);
    assertThat(Objects.requireNonNull(pulled(topics, "alike").learning()).state())
        .isEqualTo("learning");
  }

  @Test
  void aStreamOfFiveHundredMakesAChampion() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(500, 4));
    StudentConfig config =
        fixture.student(
            "small",
            0,
            0,
            following(30, Duration.ZERO, checkpointEvery(4_000), "gate.hold-out-share=0.02"));
    try (TrainerService trainer = fixture.start(config, topics)) {
      await(
          () ->
              AliasLog.read(fixture.kafka, topics.checkpointEvents())
                  .alias("small", Alias.CHAMPION)
                  .isPresent());
      assertThat(trainer.progress().examplesSeen()).isPositive();
    }

    assertThat(latest(topics, "small").metrics())
        .containsEntry("hold_out_examples", 12.0)
        .containsEntry("hold_out_required", 5.0);
  }

  @Test
  void aManifestSaysHowManyExamplesAreOfWhichTeacher() throws Exception {
    TopicsConfig topics = fixture.createTopics(1);
    List<Target> targets = SoftTargetFixture.softTargets(300, 5);
    fixture.produce(topics, targets.subList(0, 200));
    fixture.produce(
        topics,
        targets.subList(200, 300).stream()
            .map(target -> TestRecords.withTeacherVersion(target, "better"))
            .toList());
    fixture.train(fixture.student("of-all", 2, 0), topics);
    fixture.train(fixture.student("of-newest", 2, 0, "teacher-versions=newest"), topics);

    assertThat(pulled(topics, "of-all").teacherExamples())
        .isEqualTo(Map.of("linear", 400L, "better", 200L));
    assertThat(pulled(topics, "of-newest").teacherExamples())
        .isEqualTo(Map.of("linear", 200L, "better", 200L));
    assertThat(directory.resolve("pulled-of-all/README.md"))
        .content()
        .contains("| examples by teacher | `better`: 200, `linear`: 400 |");
  }

  private static Manifest pulled(TopicsConfig topics, String student) {
    return new CheckpointPuller(Cluster.of(fixture.kafka, topics))
        .pull(student, directory.resolve("pulled-" + student));
  }
}
