package io.streamdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.testkit.TestRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records that are gone before they were read, and topics that are others by the same name. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class LostRecordsTest {

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

  private static TeacherService start(TopicsConfig topics, OnLostRecords then) {
    return TeacherService.start(
        Fixtures.config("logits", "application-id=" + group(topics), "on-lost-records=" + then),
        KafkaSettings.of(cluster.servers()),
        topics,
        Fixtures.TASK,
        Fixtures.FORMAT);
  }

  private static String group(TopicsConfig topics) {
    return topics.transferSet() + "-teacher";
  }

  private static TopicPartition source(TopicsConfig topics) {
    return new TopicPartition(topics.transferSet(), 0);
  }

  private static void send(TopicsConfig topics, int from, int to) throws Exception {
    cluster.send(
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    new ProducerRecord<byte[], byte[]>(
                        topics.transferSet(), 0, null, Fixtures.framed("id" + i, i)))
            .toList());
  }

  private static List<String> ids(List<ConsumerRecord<byte[], byte[]>> softTargets) {
    return softTargets.stream()
        .map(record -> TestRecords.target(record.value()).example().id())
        .toList();
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "id" + i).toList();
  }

  private static void awaitCommitted(TopicsConfig topics, long offset) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> cluster.committed(group(topics), source(topics)).equals(OptionalLong.of(offset)));
  }

  /** A teacher that scored the first ten, and has ended. */
  private static TopicsConfig scoredTen() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    send(topics, 0, 10);
    try (TeacherService service = start(topics, OnLostRecords.STOP)) {
      awaitCommitted(topics, 10);
      assertThat(service.isRunning()).isTrue();
    }
    return topics;
  }

  private static String problem(TeacherService service) throws Exception {
    assertThat(service.awaitStop()).isEqualTo(ExitStatus.LOST_RECORDS);
    return Cluster.get(service, "/readyz").body();
  }

  @Test
  void stopsAndNamesWhatRetentionTook() throws Exception {
    TopicsConfig topics = scoredTen();
    send(topics, 10, 60);
    cluster.deleteRecords(source(topics), 40);

    try (TeacherService service = start(topics, OnLostRecords.STOP)) {
      assertThat(problem(service))
          .contains("topic '" + topics.transferSet() + "' no longer holds")
          .contains("partition 0: 30 records, offsets 10 to 39, deleted by retention or by hand")
          .contains("teacher.on-lost-records");
      assertThat(Cluster.get(service, "/metrics").body())
          .contains("distill_teacher_lost_records_total{how=\"deleted\",service=\"teacher\"} 30.0");
    }
    assertThat(ids(cluster.read(topics.softTargets(), 11, Duration.ofSeconds(2))))
        .isEqualTo(ids(0, 10));
  }

  @Test
  void goesOnAtWhatThereIsWhenItIsTold() throws Exception {
    TopicsConfig topics = scoredTen();
    send(topics, 10, 60);
    cluster.deleteRecords(source(topics), 40);

    try (TeacherService service = start(topics, OnLostRecords.CONTINUE)) {
      awaitCommitted(topics, 60);
      assertThat(Cluster.get(service, "/metrics").body())
          .contains("distill_teacher_lost_records_total{how=\"deleted\",service=\"teacher\"} 30.0");
    }
    assertThat(ids(cluster.read(topics.softTargets(), 30, PATIENCE)))
        .startsWith(ids(0, 10).toArray(String[]::new))
        .endsWith(ids(40, 60).toArray(String[]::new))
        .hasSize(30);
  }

  @Test
  void aFirstStartBeginsAtTheBeginningAndLosesNothing() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    send(topics, 0, 20);
    cluster.deleteRecords(source(topics), 15);

    try (TeacherService service = start(topics, OnLostRecords.STOP)) {
      awaitCommitted(topics, 20);
      assertThat(service.isRunning()).isTrue();
    }
    assertThat(ids(cluster.read(topics.softTargets(), 5, PATIENCE))).isEqualTo(ids(15, 20));
  }

  /** Kafka forgets the offsets of a topic that is deleted. */
  @Test
  void anotherTransferSetIsReadFromItsBeginning() throws Exception {
    TopicsConfig topics = scoredTen();
    cluster.recreate(topics.transferSet(), 1);
    send(topics, 100, 150);

    try (TeacherService service = start(topics, OnLostRecords.STOP)) {
      awaitCommitted(topics, 50);
      assertThat(service.isRunning()).isTrue();
    }
    assertThat(ids(cluster.read(topics.softTargets(), 60, PATIENCE)))
        .hasSize(60)
        .endsWith(ids(100, 150).toArray(String[]::new));
  }

  @Test
  void stopsWhenTheTransferSetBecomesAnotherOneWhileItRuns() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    send(topics, 0, 10);
    try (TeacherService service = start(topics, OnLostRecords.STOP)) {
      awaitCommitted(topics, 10);

      cluster.recreate(topics.transferSet(), 1);
      send(topics, 100, 150);

      assertThat(problem(service)).contains("partition 0: ", "in a log that was deleted");
    }
    assertThat(ids(cluster.read(topics.softTargets(), 11, Duration.ofSeconds(2))))
        .as("nothing of the new log was read at offsets of the old one")
        .isEqualTo(ids(0, 10));
  }

  @Test
  void beginsAnewWhenTheTransferSetBecomesAnotherOneAndItIsTold() throws Exception {
    TopicsConfig topics = cluster.topics(1);
    send(topics, 0, 10);
    try (TeacherService service = start(topics, OnLostRecords.CONTINUE)) {
      awaitCommitted(topics, 10);

      cluster.recreate(topics.transferSet(), 1);
      send(topics, 100, 150);

      awaitCommitted(topics, 50);
      assertThat(service.isRunning()).isTrue();
    }
    assertThat(ids(cluster.read(topics.softTargets(), 60, PATIENCE)))
        .hasSize(60)
        .endsWith(ids(100, 150).toArray(String[]::new));
  }

  /** It said that it had stopped, and that it would go on once the topic is created. */
  @Test
  void saysOnlyThatItStopsWhenTheTransferSetIsDeleted() throws Exception {
    TopicsConfig topics = scoredTen();

    try (TeacherService service = start(topics, OnLostRecords.STOP)) {
      send(topics, 10, 11);
      awaitCommitted(topics, 11);
      cluster.delete(topics.transferSet());

      assertThat(problem(service))
          .startsWith("stopped: it has stopped: topic '" + topics.transferSet())
          .contains("in a log that was deleted")
          .doesNotContain("is created");
    }
  }

  /** It waited for a topic of this name, and stopped when there was one. */
  @Test
  void stopsWhenTheSoftTargetsAreDeleted() throws Exception {
    TopicsConfig topics = scoredTen();

    try (TeacherService service = start(topics, OnLostRecords.STOP)) {
      send(topics, 10, 11);
      awaitCommitted(topics, 11);
      cluster.delete(topics.softTargets());

      assertThat(problem(service)).contains(topics.softTargets(), "11 records, offsets 0 to 10");
    }
  }

  @Test
  void stopsWhenTheSoftTargetsAreAnotherTopic() throws Exception {
    TopicsConfig topics = scoredTen();
    cluster.recreate(topics.softTargets(), 1);
    send(topics, 10, 20);

    try (TeacherService service = start(topics, OnLostRecords.STOP)) {
      assertThat(problem(service)).contains(topics.softTargets(), "10 records, offsets 0 to 9");
    }
    assertThat(cluster.read(topics.softTargets(), 1, Duration.ofSeconds(2))).isEmpty();
  }
}
