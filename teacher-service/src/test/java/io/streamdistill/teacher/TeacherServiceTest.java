package io.streamdistill.teacher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.streamdistill.config.ConfigException;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Target;
import io.streamdistill.testkit.TestRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole service on a real broker. */
final class TeacherServiceTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir static Path directory;
  private static Cluster cluster;

  @BeforeAll
  static void startBroker() {
    cluster = new Cluster(directory.resolve("broker"));
  }

  @AfterAll
  static void stopBroker() {
    cluster.close();
  }

  /** One application id per test. */
  private static TeacherService start(TopicsConfig topics, String model, String... settings) {
    return TeacherService.start(
        Fixtures.config(
            model,
            Stream.concat(
                    Stream.of("application-id=" + topics.transferSet() + "-teacher"),
                    Stream.of(settings))
                .toArray(String[]::new)),
        KafkaSettings.of(cluster.servers()),
        topics,
        Fixtures.TASK,
        Fixtures.FORMAT);
  }

  @Test
  void scoresEveryExampleOnceAndTellsItsState() throws Exception {
    TopicsConfig topics = cluster.topics(2);
    TeacherService service = start(topics, "logits");
    try (service) {
      cluster.send(IntStream.range(0, 100).mapToObj(i -> record(topics, i)).toList());

      List<ConsumerRecord<byte[], byte[]>> scored =
          cluster.read(topics.softTargets(), 100, PATIENCE);

      assertThat(ids(scored)).hasSize(100).doesNotHaveDuplicates();
      assertThat(Cluster.get(service, "/readyz").statusCode()).isEqualTo(200);
      assertThat(Cluster.get(service, "/metrics").body())
          .contains("distill_teacher_scored_total{service=\"teacher\"} 100.0")
          .contains("distill_teacher_pending")
          .contains("kafka_stream");
      Target first = TestRecords.target(scored.get(0).value());
      assertThat(first.answer().teacherVersion()).isEqualTo(service.teacherVersion());
    }
    assertThat(service.awaitStop()).isEqualTo(ExitStatus.OK);
  }

  /** It commits up to the oldest of them, so the next instance reads them again. */
  /** Of a kind that is chosen by its own key; see ScriptedTeachers. */
  @Test
  void aTeacherThatIsAwayIsWaitedForAtTheStartAndLater() throws Exception {
    TopicsConfig topics = cluster.topics(2);
    try (TeacherService service =
        start(topics, "logits", "members=[{script: late, away-at-start: 2, away-for: 4}]")) {
      cluster.send(IntStream.range(0, 100).mapToObj(i -> record(topics, i)).toList());

      assertThat(ids(cluster.read(topics.softTargets(), 100, PATIENCE)))
          .hasSize(100)
          .doesNotHaveDuplicates();
      assertThat(Cluster.get(service, "/metrics").body())
          .contains("distill_teacher_outage_attempts_total{service=\"teacher\"} 4.0")
          .contains("distill_teacher_outage_seconds{service=\"teacher\"} 0.0");
    }
  }

  @Test
  void aTeacherThatIsAwayForLongerThanItMayEndsTheService() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    try (TeacherService service =
        start(
            topics, "logits", "members=[{script: gone, away-for: 9999}]", "limits.max-outage=2s")) {
      cluster.send(List.of(fit(topics, 0)));

      await()
          .atMost(PATIENCE)
          .until(
              () -> Cluster.get(service, "/readyz").body().contains("script gone is away at call"));
      assertThat(service.awaitStop()).isEqualTo(ExitStatus.OUTAGE);
    }
    assertThat(cluster.read(topics.softTargets(), 1, Duration.ofSeconds(1))).isEmpty();
  }

  @Test
  void publishesOnceWhatWaitsWhenItStops() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    TopicPartition source = new TopicPartition(topics.transferSet(), 0);
    String group = topics.transferSet() + "-teacher";
    int batch = 16;
    try (TeacherService service = start(topics, "logits", "linger=1m")) {
      cluster.send(
          IntStream.range(0, batch + 5)
              .mapToObj(i -> i == batch + 3 ? garbage(topics) : fit(topics, i))
              .toList());

      await()
          .atMost(PATIENCE)
          .until(() -> cluster.committed(group, source).equals(OptionalLong.of(batch)));
      await("the start looked at the bad one")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(Cluster.get(service, "/metrics").body())
                      .contains("distill_teacher_pending{service=\"teacher\"} 4.0"));
    }
    assertThat(cluster.committed(group, source)).hasValue(batch);
    assertThat(cluster.read(topics.softTargets(), batch, PATIENCE)).hasSize(batch);
    assertThat(cluster.read(topics.deadLetters(), 1, Duration.ofSeconds(1))).isEmpty();

    try (TeacherService again = start(topics, "logits")) {
      assertThat(ids(cluster.read(topics.softTargets(), batch + 4, PATIENCE)))
          .containsExactlyElementsOf(
              IntStream.range(0, batch + 5)
                  .filter(i -> i != batch + 3)
                  .mapToObj(i -> "id" + i)
                  .toList());
      assertThat(cluster.read(topics.deadLetters(), 1, PATIENCE)).hasSize(1);
      await().atMost(PATIENCE).until(() -> cluster.committed(group, source).orElse(0) >= batch + 5);
      assertThat(again.isRunning()).isTrue();
    }
  }

  private static ProducerRecord<byte[], byte[]> garbage(TopicsConfig topics) {
    return new ProducerRecord<>(topics.transferSet(), new byte[] {1, 2, 3});
  }

  private static ProducerRecord<byte[], byte[]> fit(TopicsConfig topics, int i) {
    return new ProducerRecord<>(topics.transferSet(), Fixtures.framed("id" + i, i));
  }

  @Test
  void goesOnAfterARecordThatTheTeacherHasNoAnswerTo() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    try (TeacherService service = start(topics, "nan")) {
      cluster.send(
          List.of(
              fit(topics, 0),
              new ProducerRecord<>(topics.transferSet(), Fixtures.framedBytes("bad", -1, 0, 0, 0)),
              fit(topics, 2)));

      assertThat(ids(cluster.read(topics.softTargets(), 2, PATIENCE)))
          .containsExactly("id0", "id2");
      ConsumerRecord<byte[], byte[]> letter =
          cluster.read(topics.deadLetters(), 1, PATIENCE).get(0);
      assertThat(new String(letter.headers().lastHeader("distill.reason").value(), UTF_8))
          .isEqualTo("bad-answer");
      assertThat(new String(letter.headers().lastHeader("distill.detail").value(), UTF_8))
          .contains("nan.onnx gave logit NaN for class 0");
      assertThat(Cluster.get(service, "/readyz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void isNotReadyWhenNothingHasAnAnswer() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    try (TeacherService service =
        start(topics, "nan", "limits.max-failing-share=1", "limits.max-rejected-share=1")) {
      cluster.send(
          IntStream.range(0, 40)
              .mapToObj(
                  i ->
                      new ProducerRecord<byte[], byte[]>(
                          topics.transferSet(), Fixtures.framedBytes("bad" + i, -1, 0, 0, 0)))
              .toList());

      assertThat(cluster.read(topics.deadLetters(), 40, PATIENCE)).hasSize(40);

      assertThat(Cluster.get(service, "/readyz").statusCode()).isEqualTo(503);
      assertThat(Cluster.get(service, "/readyz").body())
          .contains("40 of the last 40 records", "bad-answer", "gave logit NaN");
      assertThat(Cluster.get(service, "/livez").statusCode()).isEqualTo(200);
      assertThat(Cluster.get(service, "/metrics").body())
          .contains(
              "distill_teacher_rejected_total{reason=\"bad-answer\",service=\"teacher\"} 40.0")
          .contains("distill_teacher_scored_total{service=\"teacher\"} 0.0");
    }
  }

  @Test
  void stopsWhenTheModelFailsForMostOfThem() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    try (TeacherService service = start(topics, "nan")) {
      cluster.send(
          IntStream.range(0, 40)
              .mapToObj(
                  i ->
                      new ProducerRecord<byte[], byte[]>(
                          topics.transferSet(), Fixtures.framedBytes("bad" + i, -1, 0, 0, 0)))
              .toList());

      assertThat(service.awaitStop()).isEqualTo(ExitStatus.TEACHER_FAILED);

      assertThat(Cluster.get(service, "/readyz").body())
          .contains("teacher.limits.max-failing-share", "gave logit NaN");
    }
    assertThat(cluster.read(topics.deadLetters(), 32, Duration.ofSeconds(2)).size())
        .as("fewer decide nothing")
        .isLessThan(32);
  }

  /** Its answers to random features are distributions, to real ones logits. */
  @Test
  void stopsWithAnErrorWhenTheTeacherIsReadWronglyAndPublishesNothing() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    try (TeacherService service = start(topics, "logits-where-large")) {
      cluster.send(
          IntStream.range(0, 40)
              .mapToObj(
                  i ->
                      new ProducerRecord<byte[], byte[]>(
                          topics.transferSet(), Fixtures.framedBytes("l" + i, -1, -1, -1, -1)))
              .toList());

      assertThat(service.awaitStop()).isEqualTo(ExitStatus.TEACHER_FAILED);

      assertThat(Cluster.get(service, "/livez").statusCode()).isEqualTo(503);
      assertThat(Cluster.get(service, "/readyz").statusCode()).isEqualTo(503);
      assertThat(cluster.read(topics.softTargets(), 1, Duration.ofSeconds(2))).isEmpty();
    }
  }

  @Test
  void sendsLargeRecordsToTheDeadLettersByteForByte() throws Exception {
    TopicsConfig topics = cluster.names();
    cluster.create(topics.transferSet(), 1, Map.of("max.message.bytes", "6000000"));
    cluster.create(topics.softTargets(), 1, Map.of());
    cluster.create(topics.deadLetters(), 1, Map.of("max.message.bytes", "6100000"));
    byte[] noise = new byte[5_900_000]; // more than a consumer fetches per partition
    new Random(6).nextBytes(noise);
    try (TeacherService service = start(topics, "logits")) {
      cluster.send(
          List.of(
              new ProducerRecord<>(topics.transferSet(), noise),
              new ProducerRecord<>(topics.transferSet(), new byte[20_000_000]), // compressible
              new ProducerRecord<>(topics.transferSet(), Fixtures.framed("good", 0))));

      List<ConsumerRecord<byte[], byte[]>> letters =
          cluster.read(topics.deadLetters(), 2, PATIENCE);

      assertThat(letters).hasSize(2);
      assertThat(letters.get(0).value()).isEqualTo(noise);
      assertThat(letters.get(1).value()).hasSize(20_000_000).containsOnly(0);
      assertThat(ids(cluster.read(topics.softTargets(), 1, PATIENCE))).containsExactly("good");
      assertThat(service.isRunning()).isTrue();
    }
  }

  @Test
  void carriesOnWhenTheDeadLetterTopicIsTooSmall() throws Exception {
    TopicsConfig topics = cluster.names();
    cluster.create(topics.transferSet(), 1, Map.of());
    cluster.create(topics.softTargets(), 1, Map.of());
    cluster.create(topics.deadLetters(), 1, Map.of("max.message.bytes", "100000"));
    byte[] noise = new byte[200_000];
    new Random(6).nextBytes(noise);
    try (TeacherService service = start(topics, "logits")) {
      cluster.send(
          List.of(
              new ProducerRecord<>(topics.transferSet(), "k".getBytes(UTF_8), noise),
              new ProducerRecord<>(topics.transferSet(), Fixtures.framed("good", 0))));

      ConsumerRecord<byte[], byte[]> letter =
          cluster.read(topics.deadLetters(), 1, PATIENCE).get(0);

      assertThat(letter.value()).isNull();
      assertThat(new String(letter.headers().lastHeader("distill.omitted").value(), UTF_8))
          .isEqualTo("value of 200000 bytes");
      assertThat(ids(cluster.read(topics.softTargets(), 1, PATIENCE))).containsExactly("good");
      assertThat(service.isRunning()).isTrue();
    }
  }

  @Test
  void saysThatATopicIsMissing() {
    TopicsConfig topics = cluster.names();
    assertThatThrownBy(() -> start(topics, "logits"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(topics.transferSet() + "' does not exist")
        .hasMessageContaining("create it");
  }

  @Test
  void saysThatPartitionCountsDiffer() throws Exception {
    TopicsConfig topics = cluster.names();
    cluster.create(topics.transferSet(), 3, Map.of());
    cluster.create(topics.softTargets(), 2, Map.of());
    cluster.create(topics.deadLetters(), 1, Map.of());
    assertThatThrownBy(() -> start(topics, "logits"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("has 3 partitions")
        .hasMessageContaining("has 2; they must be equal");
  }

  @Test
  void saysThatTransactionsAreOfTheOldProtocol() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    cluster.transactionVersion(1);
    try {
      assertThatThrownBy(() -> start(topics, "logits"))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("transaction.version=1")
          .hasMessageContaining("upgrade --feature transaction.version=2");
    } finally {
      cluster.transactionVersion(2);
    }
  }

  private static ProducerRecord<byte[], byte[]> record(TopicsConfig topics, int i) {
    return new ProducerRecord<>(
        topics.transferSet(), i % 2, ("k" + i).getBytes(UTF_8), Fixtures.framed("id" + i, i));
  }

  private static List<String> ids(List<ConsumerRecord<byte[], byte[]>> softTargets) {
    return softTargets.stream()
        .map(record -> TestRecords.target(record.value()).example().id())
        .toList();
  }
}
