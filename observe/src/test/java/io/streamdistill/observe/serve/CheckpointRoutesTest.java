package io.streamdistill.observe.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.CheckpointShelf;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.CheckpointTopics;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.observe.Health;
import io.streamdistill.observe.HttpConfig;
import io.streamdistill.observe.Meters;
import io.streamdistill.observe.ObserveServer;
import io.streamdistill.testkit.TestBroker;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestBroker.class)
class CheckpointRoutesTest {

  private static final String WEIGHTS = "weights.safetensors";

  @TempDir Path work;

  private final TestBroker.Running broker;
  private final KafkaSettings kafka;
  private final HttpClient client = HttpClient.newHttpClient();
  private final PrometheusMeterRegistry registry = Meters.create("trainer");
  private TopicsConfig topics;
  private CheckpointRoutes routes;
  private ObserveServer server;

  CheckpointRoutesTest(TestBroker.Running broker) {
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @BeforeEach
  void start() {
    topics = CheckpointTopics.create(broker);
    serve(kafka, Duration.ofSeconds(20));
  }

  private void serve(KafkaSettings settings, Duration patience) {
    CheckpointStores stores = new CheckpointStores(Cluster.of(settings, topics), patience);
    routes =
        new CheckpointRoutes(
            new CheckpointShelf(stores, "small", work.resolve("served"), Duration.ZERO));
    server = ObserveServer.start(new HttpConfig("127.0.0.1", 0), registry, new Health(), routes);
  }

  @AfterEach
  void stop() {
    server.close();
    routes.close();
    registry.close();
    assertThat(work.resolve("served").toFile().list()).as("nothing is left behind").isNullOrEmpty();
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

  /** Names are compared, never resolved. */
  @Test
  void noTrickWithPathsLeadsAnywhere() throws Exception {
    publish("v1", "kafka:", 10);
    Files.writeString(work.resolve("secret"), "secret");

    for (String path :
        List.of(
            "/checkpoints/v1/../v1/config.json",
            "/checkpoints/v1/./config.json",
            "/checkpoints/v1//config.json",
            "/checkpoints/v1/extra/../config.json",
            "/checkpoints/v1/extra/%2e%2e/config.json",
            "/checkpoints/v1/extra%2fnotes.txt",
            "/checkpoints/v1/..%2f..%2f..%2fsecret",
            "/checkpoints/..%2fsmall%2fv1/config.json",
            "/checkpoints/%2e%2e/v1/config.json",
            "/checkpoints/v1/%2fetc%2fpasswd",
            "/checkpoints/v1//etc/passwd",
            "/checkpoints/v1/config.json%00",
            "/checkpoints/v1/..%5c..%5csecret",
            "/checkpoints/v1/extra",
            "/checkpoints/v1/",
            "/checkpoints/v1",
            "/checkpoints/.")) {
      assertLeadsNowhere(path, raw("GET " + path + " HTTP/1.1"));
    }
  }

  private static void assertLeadsNowhere(String path, String answer) {

    // A server may resolve or decode a path before it is looked up; what it finds is a file by
    // name.
    if (answer.startsWith("HTTP/1.1 200")) {
      assertThat(answer).as(path).contains("ETag: \"").containsPattern("\r\n\r\n(\\{}|small/v1)$");
    } else {
      assertThat(answer).as(path).matches("(?s)HTTP/1.1 40[04] .*");
    }
    assertThat(answer).doesNotContain("root:", "secret\r\n", "\r\n\r\nsecret");
  }

  @Test
  void nothingCanBeChanged() throws Exception {
    publish("v1", "kafka:", 10);
    for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
      assertThat(send(request("/checkpoints/v1/config.json").method(method, noBody())).statusCode())
          .as(method)
          .isIn(404, 405);
    }
    assertThat(get("/checkpoints/v1/config.json").statusCode()).isEqualTo(200);
  }

  @Test
  void aStoreThatIsAwayIs503UntilItIsBack() throws Exception {
    publish("v1", "file:" + work.resolve("store"), 10);
    Files.move(work.resolve("store"), work.resolve("store-away"));

    HttpResponse<byte[]> away = get("/checkpoints/latest/" + WEIGHTS);
    assertThat(away.statusCode()).isEqualTo(503);
    assertThat(header(away, "Retry-After")).isEqualTo("5");
    assertThat(json(away).at("/error").asText()).contains(WEIGHTS, "store");
    assertThat(json(away).at("/remedy").asText()).contains("training goes on");
    assertThat(away.headers().firstValue("ETag")).isEmpty();

    Files.move(work.resolve("store-away"), work.resolve("store"));
    assertThat(get("/checkpoints/latest/" + WEIGHTS).statusCode()).isEqualTo(200);
  }

  @Test
  void throughAnOutageOfKafkaKnownVersionsAreServedAndTheRestIs503() throws Exception {
    server.close();
    routes.close();
    EmbeddedBroker own = EmbeddedBroker.start(BrokerConfig.in(work.resolve("own-broker")));
    try {
      KafkaSettings settings = KafkaSettings.of(own.bootstrapServers());
      topics = TopicsConfig.defaults();
      Topics.create(settings, TopicSpec.all(topics, 1 << 20));
      serve(settings, Duration.ofSeconds(2));
      publish(settings, "v1", "kafka:", 1_000);
      assertThat(get("/checkpoints/latest/" + WEIGHTS).statusCode()).isEqualTo(200);
    } finally {
      own.close();
    }

    HttpResponse<byte[]> alias = get("/checkpoints/latest/" + WEIGHTS);
    assertThat(alias.statusCode()).isEqualTo(503);
    assertThat(json(alias).at("/error").asText()).contains("kafka at");
    assertThat(get("/checkpoints").statusCode()).isEqualTo(503);
    assertThat(get("/checkpoints/v1/" + WEIGHTS).body())
        .isEqualTo(Files.readAllBytes(written("v1").resolve(WEIGHTS)));
    assertThat(get("/checkpoints/v1/config.json").statusCode())
        .as("was not fetched")
        .isEqualTo(503);
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void whatIsDamagedInTheStoreIsNeverSent() throws Exception {
    publish("v1", "file:" + work.resolve("store"), 1_000);
    Path stored = work.resolve("store/small/v1").resolve(WEIGHTS);
    byte[] weights = Files.readAllBytes(stored);
    weights[500] ^= 1;
    Files.write(stored, weights);

    HttpResponse<byte[]> answer = get("/checkpoints/v1/" + WEIGHTS);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(json(answer).at("/error").asText()).contains("has sha-256");
  }

  /** What was served once is served without its store, until other versions push it out. */
  @Test
  void aFileIsFetchedOnce() throws Exception {
    for (int version = 1; version <= 5; version++) {
      publish("v" + version, "file:" + work.resolve("store"), 1_000);
    }
    for (int version = 1; version <= 5; version++) {
      assertThat(get("/checkpoints/v" + version + "/" + WEIGHTS).statusCode()).isEqualTo(200);
    }
    Files.move(work.resolve("store"), work.resolve("store-away"));

    for (int version = 2; version <= 5; version++) {
      assertThat(get("/checkpoints/v" + version + "/" + WEIGHTS).body())
          .isEqualTo(Files.readAllBytes(written("v" + version).resolve(WEIGHTS)));
    }
    assertThat(get("/checkpoints/v1/" + WEIGHTS).statusCode()).isEqualTo(503);
  }

  /** More readers that do not read than there are threads, and others beside them. */
  @Test
  void slowReadersKeepNothingFromOthers() throws Exception {
    publish("v1", "file:" + work.resolve("store"), 40_000_000);
    List<Socket> readers = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        readers.add(open("GET /checkpoints/v1/" + WEIGHTS + " HTTP/1.1"));
        assertThat(readers.get(i).getInputStream().read()).as("its answer begins").isEqualTo('H');
      }

      for (String path :
          List.of("/checkpoints", "/checkpoints/v1/config.json", "/livez", "/metrics")) {
        assertThat(get(path).statusCode()).as(path).isEqualTo(200);
      }
    } finally {
      for (Socket reader : readers) {
        reader.close();
      }
    }
  }

  @Test
  void whoTakesNothingForAWhileIsGivenUp() throws Exception {
    server.close();
    server =
        ObserveServer.start(
            new HttpConfig("127.0.0.1", 0), registry, new Health(), Duration.ofMillis(500), routes);
    publish("v1", "file:" + work.resolve("store"), 40_000_000);
    try (Socket slow = open("GET /checkpoints/v1/" + WEIGHTS + " HTTP/1.1")) {
      InputStream in = slow.getInputStream();
      assertThat(in.read()).isEqualTo('H');
      // Senders wait for readers: with the connection, their thread goes.
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> threadsThatSend() == 0);

      assertThat(endOf(in)).as("it is cut off").isLessThan(40_000_000);
    }
    assertThat(get("/checkpoints/v1/" + WEIGHTS).body()).hasSize(40_000_000);
  }

  private static long threadsThatSend() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> thread.getKey().getName().equals("checkpoints-http-send"))
        .filter(
            thread ->
                Arrays.stream(thread.getValue())
                    .anyMatch(frame -> frame.getClassName().equals(FileAnswer.class.getName())))
        .count();
  }

  private static long endOf(InputStream in) {
    long bytes = 0;
    try {
      for (int read = in.read(new byte[1 << 16]); read >= 0; read = in.read(new byte[1 << 16])) {
        bytes += read;
      }
    } catch (IOException reset) {
      return bytes;
    }
    return bytes;
  }

  @Test
  void indexNamesThePaths() throws Exception {
    assertThat(new String(get("/").body(), StandardCharsets.UTF_8))
        .contains("/metrics", "/checkpoints/NAME/FILE");
  }

  private Manifest publish(String version, String storeUri, int bytes) throws Exception {
    return publish(kafka, version, storeUri, bytes);
  }

  private Manifest publish(KafkaSettings settings, String version, String storeUri, int bytes)
      throws Exception {
    CheckpointId id = new CheckpointId("small", version);
    Path source = written(version);
    Manifest manifest = Checkpoints.write(id, source, bytes);
    URI location;
    try (CheckpointStore store =
        new CheckpointStores(Cluster.of(settings, topics)).open(storeUri)) {
      location = store.put(id, source);
    }
    Announcement announcement = CheckpointLog.announcement(manifest, location, Instant.now());
    ProducerRecord<byte[], byte[]> record =
        CheckpointLog.record(topics.checkpoints(), announcement);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            settings.producer(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(record).get();
    }
    return manifest;
  }

  private Path written(String version) {
    return work.resolve("written-" + version);
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

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = request(path);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static HttpRequest.BodyPublisher noBody() {
    return HttpRequest.BodyPublishers.noBody();
  }

  /** Without a client that tidies the path up. */
  private String raw(String requestLine) throws IOException {
    try (Socket socket = open(requestLine)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private Socket open(String requestLine) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    String request = requestLine + "\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElseThrow();
  }

  private static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
    return new ObjectMapper().readTree(answer.body());
  }
}
