package io.streamdistill.teacher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.wire.Codecs;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
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

  private static TeacherService start(TopicsConfig topics, String model) {
    return TeacherService.start(
        config(topics, model),
        KafkaSettings.of(cluster.servers()),
        topics,
        Fixtures.CONTRACT,
        Fixtures.CLASSES);
  }

  /** One application id per test. */
  private static TeacherConfig config(TopicsConfig topics, String... models) {
    TeacherConfig base = Fixtures.config(directory.resolve("state"), models);
    return new TeacherConfig(
        topics.transferSet() + "-teacher",
        base.members(),
        base.combination(),
        base.temperature(),
        base.encoding(),
        base.batchSize(),
        base.linger(),
        base.streamThreads(),
        base.engineThreads(),
        base.commitInterval(),
        base.maxRecordBytes(),
        base.stateDir(),
        base.http());
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
      assertThat(get(service, "/readyz").statusCode()).isEqualTo(200);
      assertThat(get(service, "/metrics").body())
          .contains("distill_teacher_scored_total{service=\"teacher\"} 100.0")
          .contains("distill_teacher_pending")
          .contains("kafka_stream");
      SoftTarget first = Codecs.softTarget().decode(scored.get(0).value());
      assertThat(first.getTeacherVersion()).isEqualTo(service.teacherVersion());
    }
    assertThat(service.awaitStop()).isZero();
  }

  private static ProducerRecord<byte[], byte[]> record(TopicsConfig topics, int i) {
    return new ProducerRecord<>(
        topics.transferSet(), i % 2, ("k" + i).getBytes(UTF_8), Fixtures.framed("id" + i, i));
  }

  private static List<String> ids(List<ConsumerRecord<byte[], byte[]>> softTargets) {
    return softTargets.stream()
        .map(record -> Codecs.softTarget().decode(record.value()).getId())
        .toList();
  }

  private static java.net.http.HttpResponse<String> get(TeacherService service, String path)
      throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + service.httpPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
