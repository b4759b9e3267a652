package io.streamdistill.student;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.kafka.TopicsConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** What several tests of TrainerService need. */
abstract class ServiceFixture {

  static final int EXAMPLES = 2_003; // no multiple of the batch size

  @TempDir static Path directory;
  static SoftTargetFixture fixture;

  @BeforeAll
  static void startBroker() {
    fixture = new SoftTargetFixture(directory);
  }

  @AfterAll
  static void stopBroker() {
    fixture.close();
  }

  static HttpResponse<String> get(TrainerService trainer, String path) throws Exception {
    return get(trainer, path, HttpResponse.BodyHandlers.ofString());
  }

  static <T> HttpResponse<T> get(
      TrainerService trainer, String path, HttpResponse.BodyHandler<T> body) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + trainer.httpPort() + path))
                .build(),
            body);
  }

  static Announcement latest(TopicsConfig topics, String student) {
    return CheckpointLog.read(fixture.kafka, topics.checkpoints()).latest(student).orElseThrow();
  }
}
