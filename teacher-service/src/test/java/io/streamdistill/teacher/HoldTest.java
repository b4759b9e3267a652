package io.streamdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.testkit.TestRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A teacher that holds, and one that is given more than fits into memory, on a real broker. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class HoldTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

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

  private static TeacherService start(TopicsConfig topics) {
    return TeacherService.start(
        Fixtures.config("logits", "application-id=" + topics.transferSet() + "-teacher"),
        KafkaSettings.of(cluster.servers()),
        topics,
        Fixtures.TASK,
        Fixtures.FORMAT);
  }

  private static long committed(TopicsConfig topics, int partition) throws Exception {
    return cluster
        .committed(
            topics.transferSet() + "-teacher", new TopicPartition(topics.transferSet(), partition))
        .orElse(0);
  }

  /** Of five features, where four are configured. */
  private static void sendWrong(TopicsConfig topics, int records) throws Exception {
    cluster.send(
        IntStream.range(0, records)
            .mapToObj(
                i ->
                    new ProducerRecord<byte[], byte[]>(
                        topics.transferSet(),
                        i % 2,
                        null,
                        Fixtures.framedBytes("w" + i, 1, 2, 3, 4, 5)))
            .toList());
  }

  private static void sendFit(TopicsConfig topics, int from, int to) throws Exception {
    cluster.send(
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    new ProducerRecord<byte[], byte[]>(
                        topics.transferSet(), 1, null, Fixtures.framed("id" + i, i)))
            .toList());
  }

  @Test
  void holdsInsteadOfMovingTheTopicToTheDeadLettersAndGoesOnWhenNewerRecordsAreFit()
      throws Exception {
    TopicsConfig topics = cluster.topics(2);
    sendWrong(topics, 300);
    try (TeacherService service = start(topics)) {
      await()
          .atMost(PATIENCE)
          .until(() -> Cluster.get(service, "/readyz").body().contains("the teacher holds"));
      assertThat(Cluster.get(service, "/readyz").body())
          .contains("wrong-feature-length", "Check features.type and features.shape");
      assertThat(Cluster.get(service, "/livez").statusCode()).isEqualTo(200);
      assertThat(cluster.read(topics.deadLetters(), 1, Duration.ofSeconds(3))).isEmpty();
      assertThat(committed(topics, 0) + committed(topics, 1)).isZero();

      sendFit(topics, 0, 40);

      assertThat(cluster.read(topics.softTargets(), 40, PATIENCE))
          .extracting(record -> TestRecords.target(record.value()).example().id())
          .containsExactlyElementsOf(IntStream.range(0, 40).mapToObj(i -> "id" + i).toList());
      assertThat(cluster.read(topics.deadLetters(), 300, PATIENCE)).hasSize(300);
      await()
          .atMost(PATIENCE)
          .until(() -> committed(topics, 0) == 150 && committed(topics, 1) == 190);
    }
  }

  @Test
  void oldRecordsOfAnotherKindDoNotHoldATopicWhoseNewestAreFit() throws Exception {
    TopicsConfig topics = cluster.topics(2);
    sendWrong(topics, 300);
    cluster.send(
        IntStream.range(0, 100)
            .mapToObj(
                i ->
                    new ProducerRecord<byte[], byte[]>(
                        topics.transferSet(), i % 2, null, Fixtures.framed("id" + i, i)))
            .toList());

    try (TeacherService service = start(topics)) {
      assertThat(cluster.read(topics.softTargets(), 100, PATIENCE)).hasSize(100);
      assertThat(cluster.read(topics.deadLetters(), 300, PATIENCE)).hasSize(300);
      assertThat(service.isRunning()).isTrue();
    }
  }

  /** Kilobytes on the wire, 600 MB unpacked: they are taken a few at a time. */
  @Test
  void takesNoMoreThanFitsIntoMemory() throws Exception {
    TopicsConfig topics = cluster.names();
    Map<String, String> large = Map.of("max.message.bytes", "9000000");
    cluster.create(topics.transferSet(), 2, large);
    cluster.create(topics.softTargets(), 2, large);
    cluster.create(topics.deadLetters(), 1, large);
    int bombs = 75;
    for (int i = 0; i < bombs; i++) {
      cluster.send(
          List.of(
              new ProducerRecord<byte[], byte[]>(
                  topics.transferSet(), 0, null, new byte[8_000_000])));
    }
    sendFit(topics, 0, 5);

    try (TeacherService service = start(topics)) {
      assertThat(cluster.read(topics.softTargets(), 5, PATIENCE)).hasSize(5);
      await().atMost(PATIENCE).until(() -> committed(topics, 0) >= bombs);
      assertThat(service.isRunning()).isTrue();
    }
  }
}
