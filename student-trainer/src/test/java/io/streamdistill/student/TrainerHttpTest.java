package io.streamdistill.student;

import static io.streamdistill.student.SoftTargetFixture.checkpointEvery;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.observe.serve.CheckpointRoutes;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class TrainerHttpTest extends ServiceFixture {

  @Test
  void servesMetricsAndHealth() throws Exception {
    TopicsConfig topics = fixture.createTopics(1);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 9));
    try (TrainerService trainer = fixture.start(fixture.student("watched", 1, EXAMPLES), topics)) {
      trainer.awaitEnd();
      assertThat(get(trainer, "/readyz").statusCode()).isEqualTo(200);
      assertThat(get(trainer, "/metrics").body())
          .contains("distill_student_examples_total", "} 2003.0")
          .contains("distill_student_agreement")
          .contains("kafka_consumer_");
    }
  }

  @Test
  void servesItsCheckpointsWhileItTrains() throws Exception {
    TopicsConfig topics = fixture.createTopics(1);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 13));
    StudentConfig config = fixture.student("served", 1_000, EXAMPLES, checkpointEvery(4_000));
    try (TrainerService trainer = fixture.start(config, topics)) {
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> get(trainer, "/checkpoints/latest/manifest.json").statusCode() == 200);

      HttpResponse<String> manifest = get(trainer, "/checkpoints/latest/manifest.json");
      String version = manifest.headers().firstValue(CheckpointRoutes.VERSION).orElseThrow();
      HttpResponse<byte[]> model =
          get(
              trainer,
              "/checkpoints/" + version + "/model.onnx",
              HttpResponse.BodyHandlers.ofByteArray());
      assertThat(manifest.body()).contains("\"version\" : \"" + version + "\"");
      assertThat(model.statusCode()).isEqualTo(200);
      String sha256 =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(model.body()));
      assertThat(model.headers().firstValue("ETag")).hasValue('"' + sha256 + '"');
      assertThat(manifest.body()).contains(sha256);
      assertThat(get(trainer, "/checkpoints").body()).contains(version, "\"latest\"");
      assertThat(get(trainer, "/checkpoints/champion/model.onnx").statusCode()).isEqualTo(404);
      long before = trainer.progress().examplesSeen();
      Awaitility.await().until(() -> trainer.progress().examplesSeen() > before);
    }
    StudentConfig silentOne = fixture.student("served", 1_000, EXAMPLES, "checkpoint.serve=false");
    try (TrainerService silent = fixture.start(silentOne, topics)) {
      assertThat(get(silent, "/checkpoints").statusCode()).isEqualTo(404);
    }
  }
}
