package io.streamdistill.observe.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.testkit.TestBroker;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestBroker.class)
class CheckpointRoutesTest extends ServedCheckpoints {

  CheckpointRoutesTest(TestBroker.Running broker) {
    super(broker);
  }

  @Test
  void listsWhatTheCommandLists() throws Exception {
    publish("v1", "kafka:", 10);
    publish("v2", "kafka:", 10);
    promote("v1");

    HttpResponse<byte[]> answer = get("/checkpoints");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "Content-Type")).startsWith("application/json");
    JsonNode listed = json(answer);
    assertThat(listed.findValuesAsText("version")).containsExactly("v2", "v1");
    assertThat(listed.at("/0/aliases").toString()).isEqualTo("[\"latest\"]");
    assertThat(listed.at("/1/aliases").toString()).isEqualTo("[\"champion\"]");
    assertThat(listed.at("/1/examples_seen").asLong()).isEqualTo(768_000);
    assertThat(listed.at("/1/metrics/agreement").asDouble()).isEqualTo(0.98);
    assertThat(listed.at("/1/teacher_versions/0").asText()).isEqualTo("teacher-a");
    assertThat(listed.at("/1/bytes").asLong()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kafka:", "file:"})
  void servesEveryFileOfEveryStore(String kind) throws Exception {
    String store = kind.equals("file:") ? "file:" + work.resolve("store") : kind;
    Manifest manifest = publish("v1", store, 3_000_000);

    for (FileEntry file : manifest.allFiles()) {
      HttpResponse<byte[]> answer = get("/checkpoints/latest/" + file.name());

      assertThat(answer.statusCode()).as(file.name()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(Files.readAllBytes(written("v1").resolve(file.name())));
      assertThat(header(answer, "ETag")).isEqualTo('"' + file.sha256() + '"');
      assertThat(header(answer, "Content-Length")).isEqualTo(Long.toString(file.size()));
      assertThat(header(answer, CheckpointRoutes.VERSION)).isEqualTo("v1");
      assertThat(header(answer, "Content-Location")).isEqualTo("/checkpoints/v1/" + file.name());
      assertThat(header(answer, "Cache-Control")).isEqualTo("no-cache");
      assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
    }
    assertThat(header(get("/checkpoints/v1/manifest.json"), "Content-Type"))
        .isEqualTo("application/json");
    assertThat(header(get("/checkpoints/v1/" + WEIGHTS), "Cache-Control")).contains("immutable");
  }

  @Test
  void whatHasNotChangedIsNotSentAgain() throws Exception {
    publish("v1", "kafka:", 1_000);
    String etag = header(get("/checkpoints/latest/" + WEIGHTS), "ETag");

    for (String known : List.of(etag, "\"other\", " + etag, "W/" + etag, "*")) {
      HttpResponse<byte[]> answer = get("/checkpoints/latest/" + WEIGHTS, "If-None-Match", known);
      assertThat(answer.statusCode()).as(known).isEqualTo(304);
      assertThat(answer.body()).isEmpty();
      assertThat(header(answer, "ETag")).isEqualTo(etag);
      assertThat(header(answer, CheckpointRoutes.VERSION)).isEqualTo("v1");
    }
    publish("v2", "kafka:", 1_000);

    HttpResponse<byte[]> changed = get("/checkpoints/latest/" + WEIGHTS, "If-None-Match", etag);
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(header(changed, CheckpointRoutes.VERSION)).isEqualTo("v2");
  }

  @Test
  void headAnswersWithoutTheContentAndWithoutTheStore() throws Exception {
    Manifest manifest = publish("v1", "file:" + work.resolve("store"), 5_000);
    Files.move(work.resolve("store"), work.resolve("store-away"));

    HttpResponse<byte[]> answer =
        send(request("/checkpoints/latest/" + WEIGHTS).method("HEAD", noBody()));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(header(answer, "Content-Length")).isEqualTo("5000");
    assertThat(header(answer, "ETag")).contains(entry(manifest, WEIGHTS).sha256());
    assertThat(send(request("/checkpoints").method("HEAD", noBody())).statusCode()).isEqualTo(200);
  }

  /** The alias moves between two requests: by version both files are of one checkpoint. */
  @Test
  void filesOfTheVersionThatWasNamedBelongTogether() throws Exception {
    publish("v1", "kafka:", 1_000);
    promote("v1");
    HttpResponse<byte[]> manifest = get("/checkpoints/champion/manifest.json");
    publish("v2", "kafka:", 2_000);
    promote("v2");

    HttpResponse<byte[]> ofAlias = get("/checkpoints/champion/" + WEIGHTS);
    String version = header(manifest, CheckpointRoutes.VERSION);
    HttpResponse<byte[]> ofVersion = get("/checkpoints/" + version + "/" + WEIGHTS);

    assertThat(header(ofAlias, CheckpointRoutes.VERSION)).isEqualTo("v2");
    assertThat(ofAlias.body()).hasSize(2_000);
    assertThat(ofVersion.body()).isEqualTo(Files.readAllBytes(written("v1").resolve(WEIGHTS)));
    assertThat(json(manifest).at("/version").asText()).isEqualTo("v1");
  }

  @Test
  void sendsTheRangeThatIsAskedFor() throws Exception {
    publish("v1", "kafka:", 1_000);
    byte[] whole = Files.readAllBytes(written("v1").resolve(WEIGHTS));

    assertRange("bytes=0-9", whole, 0, 10);
    assertRange("bytes=990-", whole, 990, 1_000);
    assertRange("bytes=990-5000", whole, 990, 1_000);
    assertRange("bytes=-10", whole, 990, 1_000);
    assertRange("bytes=-5000", whole, 0, 1_000);
  }

  private void assertRange(String range, byte[] whole, int from, int to) throws Exception {
    HttpResponse<byte[]> answer = get("/checkpoints/v1/" + WEIGHTS, "Range", range);

    assertThat(answer.statusCode()).as(range).isEqualTo(206);
    assertThat(answer.body()).as(range).isEqualTo(Arrays.copyOfRange(whole, from, to));
    assertThat(header(answer, "Content-Range"))
        .isEqualTo("bytes %d-%d/1000".formatted(from, to - 1));
  }

  @Test
  void resumesOnlyWhatIsStillTheSameFile() throws Exception {
    publish("v1", "kafka:", 1_000);
    String path = "/checkpoints/latest/" + WEIGHTS;
    String etag = header(get(path), "ETag");
    publish("v2", "kafka:", 2_000);

    HttpResponse<byte[]> other =
        send(request(path).header("Range", "bytes=500-").header("If-Range", etag));
    assertThat(other.statusCode()).isEqualTo(200);
    assertThat(other.body()).hasSize(2_000);

    String now = header(other, "ETag");
    HttpResponse<byte[]> same =
        send(request(path).header("Range", "bytes=500-").header("If-Range", now));
    assertThat(same.statusCode()).isEqualTo(206);
  }

  @Test
  void aRangeBehindTheEndIsNone() throws Exception {
    publish("v1", "kafka:", 1_000);

    for (String range : List.of("bytes=1000-", "bytes=-0")) {
      HttpResponse<byte[]> answer = get("/checkpoints/v1/" + WEIGHTS, "Range", range);
      assertThat(answer.statusCode()).isEqualTo(416);
      assertThat(header(answer, "Content-Range")).isEqualTo("bytes */1000");
    }
    for (String noRange : List.of("bytes=0-1,5-6", "bytes=-", "lines=1-2", "bytes=9-3")) {
      HttpResponse<byte[]> answer = get("/checkpoints/v1/" + WEIGHTS, "Range", noRange);
      assertThat(answer.statusCode()).as(noRange).isEqualTo(200);
      assertThat(answer.body()).hasSize(1_000);
    }
  }

  @Test
  void whatThereIsNotIs404AndSaysWhatThereIs() throws Exception {
    HttpResponse<byte[]> none = get("/checkpoints/latest/model.onnx");
    assertThat(none.statusCode()).isEqualTo(404);
    assertThat(json(none).at("/error").asText()).contains("no version or alias 'latest'");
    assertThat(get("/checkpoints").body()).isEqualTo("[ ]\n".getBytes(StandardCharsets.UTF_8));
    publish("v1", "kafka:", 10);

    HttpResponse<byte[]> alias = get("/checkpoints/champion/manifest.json");
    HttpResponse<byte[]> file = get("/checkpoints/v1/model.onnx");

    assertThat(alias.statusCode()).isEqualTo(404);
    assertThat(json(alias).at("/remedy").asText()).contains("GET /checkpoints");
    assertThat(file.statusCode()).isEqualTo(404);
    assertThat(json(file).at("/error").asText())
        .isEqualTo("checkpoint small/v1 has no file 'model.onnx'");
    assertThat(json(file).at("/remedy").asText()).contains("config.json", "extra/notes.txt");
    assertThat(file.headers().firstValue("ETag")).isEmpty();
  }

  @Test
  void indexNamesThePaths() throws Exception {
    assertThat(new String(get("/").body(), StandardCharsets.UTF_8))
        .contains("/metrics", "/checkpoints/NAME/FILE");
  }

  private static FileEntry entry(Manifest manifest, String name) {
    return manifest.files().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
  }

  private void promote(String version) {
    try (AliasWriter writer =
        new AliasWriter(kafka, topics.checkpointEvents(), InstantSource.system())) {
      AliasLog seen = AliasLog.read(kafka, topics.checkpointEvents());
      writer.move(
          seen, CheckpointEventKind.PROMOTED, "small", "champion", version, "test", "for a test");
    }
  }
}
