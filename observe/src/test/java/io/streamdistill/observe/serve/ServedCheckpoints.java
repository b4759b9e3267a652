package io.streamdistill.observe.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.CheckpointShelf;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.CheckpointTopics;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.observe.Health;
import io.streamdistill.observe.HttpConfig;
import io.streamdistill.observe.Meters;
import io.streamdistill.observe.ObserveServer;
import io.streamdistill.testkit.TestBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What several tests of CheckpointRoutes need. */
abstract class ServedCheckpoints {

  static final String WEIGHTS = "weights.safetensors";

  @TempDir Path work;

  final TestBroker.Running broker;
  final KafkaSettings kafka;
  final HttpClient client = HttpClient.newHttpClient();
  final PrometheusMeterRegistry registry = Meters.create("trainer");
  TopicsConfig topics;
  CheckpointRoutes routes;
  ObserveServer server;

  ServedCheckpoints(TestBroker.Running broker) {
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @BeforeEach
  void start() {
    topics = CheckpointTopics.create(broker);
    serve(kafka, Duration.ofSeconds(20));
  }

  final void serve(KafkaSettings settings, Duration patience) {
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

  Manifest publish(String version, String storeUri, int bytes) throws Exception {
    return publish(kafka, version, storeUri, bytes);
  }

  Manifest publish(KafkaSettings settings, String version, String storeUri, int bytes)
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

  Path written(String version) {
    return work.resolve("written-" + version);
  }

  HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = request(path);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  static HttpRequest.BodyPublisher noBody() {
    return HttpRequest.BodyPublishers.noBody();
  }

  Socket open(String requestLine) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    String request = requestLine + "\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElseThrow();
  }

  static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
    return new ObjectMapper().readTree(answer.body());
  }
}
