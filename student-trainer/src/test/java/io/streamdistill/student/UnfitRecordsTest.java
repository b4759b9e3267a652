package io.streamdistill.student;

import static io.streamdistill.student.SoftTargetFixture.checkpointEvery;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.kafka.DeadLetter;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Target;
import io.streamdistill.testkit.TestRecords;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of soft targets that a student cannot train on. */
final class UnfitRecordsTest {

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

  /** Made for other classes. */
  private static List<Target> unfit(int count, long seed) {
    return SoftTargetFixture.softTargets(count, seed).stream()
        .map(target -> TestRecords.withClassMapHash(target, "0123456789abcdef"))
        .toList();
  }

  private static HttpResponse<String> readyz(TrainerService trainer) throws Exception {
    URI page = URI.create("http://127.0.0.1:" + trainer.httpPort() + "/readyz");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static int checkpoints(TopicsConfig topics, String student) {
    return CheckpointLog.readAll(fixture.kafka, topics.checkpoints()).announcements(student).size();
  }

  private static int deadLetters(TopicsConfig topics) {
    return fixture.readAll(topics.deadLetters()).size();
  }

  private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(300))
        .until(condition);
  }

  @Test
  void aNewStudentMovesNothingBeforeItHasMetARecordThatIsFit() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, unfit(1_500, 1)); // more than are held until a checkpoint

    try (TrainerService trainer =
        fixture.start(fixture.student("new", 0, 0, checkpointEvery(200)), topics)) {
      await(() -> readyz(trainer).statusCode() == 503);
      assertThat(readyz(trainer).body())
          .contains("records: ", "wrong-class-map", "Check that classes are those of the teacher");
      assertThat(deadLetters(topics)).isZero();
      assertThat(checkpoints(topics, "new")).isZero();

      fixture.produce(topics, SoftTargetFixture.softTargets(3_000, 2));
      await(() -> checkpoints(topics, "new") > 0);
      await(() -> readyz(trainer).statusCode() == 200);
      await(() -> deadLetters(topics) == 1_500);
    }
  }

  @Test
  void noCheckpointComesOfThemAndAKilledTrainerDoesNotMoveThemTwice() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(640, 3));
    StudentConfig config = fixture.student("trained", 0, 0, checkpointEvery(640));
    TrainerService killed = fixture.start(config, topics);
    await(() -> checkpoints(topics, "trained") == 1);

    fixture.produce(topics, unfit(2_500, 4));
    await(() -> deadLetters(topics) >= 2_000); // a thousand at a time
    assertThat(checkpoints(topics, "trained")).isEqualTo(1);
    killed.abandon();

    fixture.produce(topics, SoftTargetFixture.softTargets(640, 5));
    try (TrainerService trainer = fixture.start(config, topics)) {
      await(() -> checkpoints(topics, "trained") == 2);
      await(() -> deadLetters(topics) >= 2_500);
      assertThat(trainer.progress().examplesSeen()).isGreaterThanOrEqualTo(1_280);
    }
    Set<String> places =
        fixture.readAll(topics.deadLetters()).stream()
            .map(
                letter ->
                    header(letter, DeadLetter.PARTITION) + ":" + header(letter, DeadLetter.OFFSET))
            .collect(Collectors.toSet());
    assertThat(places).hasSize(2_500);
    assertThat(deadLetters(topics)).isEqualTo(2_500);
  }
}
