package io.streamdistill.system.shipped;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.BrokerProcess;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointFollower;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.onnx.graph.OnnxAttribute;
import io.streamdistill.onnx.graph.OnnxGraph;
import io.streamdistill.onnx.graph.OnnxType;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example consumers, each beside a follower, under load while checkpoints are published. */
final class ServeExamplesTest {

  private static final int VERSIONS = 5;
  private static final int CLIENTS = 4;
  private static final int FEATURES = 4;
  private static final int ROWS = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>(); // by version
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean over;

  @Test
  void javaExampleServesEveryVersionAndDropsNoRequest() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");

    servesEveryVersion(List.of(java, "-cp", classPath, "docs/examples/Serve.java"));
  }

  @Test
  void pythonExampleServesEveryVersionAndDropsNoRequest() throws Exception {
    assumeTrue(
        canImport("onnxruntime, numpy"),
        "python3 with onnxruntime and numpy is not installed: docs/examples/serve.py is not tested"
            + " here");

    servesEveryVersion(List.of("python3", "docs/examples/serve.py"));
  }

  private void servesEveryVersion(List<String> command) throws Exception {
    TopicsConfig topics = TopicsConfig.defaults();
    Path out = directory.resolve("model");
    try (BrokerProcess broker =
        BrokerProcess.start(
            BrokerConfig.in(directory.resolve("broker")), directory.resolve("broker.log"))) {
      KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
      Topics.create(kafka, TopicSpec.all(topics, 1 << 20));
      publish(kafka, topics, 0);
      CountDownLatch first = new CountDownLatch(1);
      try (CheckpointFollower follower = new CheckpointFollower(Cluster.of(kafka, topics))) {
        Thread following =
            new Thread(
                () ->
                    follower.follow(
                        "small", CheckpointChoice.latest(), out, manifest -> first.countDown()));
        following.start();
        first.await();
        try {
          underLoad(command, out, kafka, topics);
        } finally {
          follower.stop();
          following.join();
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(answers.keySet()).hasSize(VERSIONS);
  }

  private void underLoad(List<String> command, Path out, KafkaSettings kafka, TopicsConfig topics)
      throws Exception {
    List<String> withArguments = new ArrayList<>(command);
    withArguments.addAll(List.of(out.toString(), "0"));
    Process server =
        new ProcessBuilder(withArguments)
            .directory(Repository.root().toFile())
            .redirectError(directory.resolve("errors").toFile())
            .start();
    List<Thread> clients = new ArrayList<>();
    try (BufferedReader console = server.inputReader()) {
      String line = console.readLine();
      assertThat(line).as(this::errors).contains("http://");
      URI uri = URI.create(line.substring(line.indexOf("http://")));
      for (int i = 0; i < CLIENTS; i++) {
        Thread asking = new Thread(() -> askUntilOver(uri));
        asking.start();
        clients.add(asking);
      }
      awaitAnswersOf(version(0));
      for (int version = 1; version < VERSIONS; version++) {
        publish(kafka, topics, version);
        awaitAnswersOf(version(version));
      }
      assertThat(ask(uri, new byte[FEATURES + 1]).statusCode()).isEqualTo(400);
    } finally {
      over = true;
      for (Thread asking : clients) {
        asking.join();
      }
      server.destroy();
      server.waitFor();
    }
  }

  private void awaitAnswersOf(String version) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> answers.getOrDefault(version, new AtomicInteger()).get() > 20 || hasFailed());
    assertThat(failures).isEmpty();
  }

  private boolean hasFailed() {
    return !failures.isEmpty();
  }

  private void askUntilOver(URI uri) {
    while (!over) {
      try {
        HttpResponse<String> answer = ask(uri, new byte[ROWS * FEATURES]);
        if (answer.statusCode() != 200) {
          failures.add(answer.statusCode() + " " + answer.body());
          return;
        }
        JsonNode said = JSON.readTree(answer.body());
        String version = said.at("/version").asText();
        answers.computeIfAbsent(version, v -> new AtomicInteger()).incrementAndGet();
        if (!says(said, version)) {
          failures.add("another model than it says: " + answer.body());
        }
      } catch (IOException e) {
        failures.add(e.toString());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** The model of version n has class n on top, for whatever it is asked. */
  private static boolean says(JsonNode said, String version) {
    JsonNode rows = said.at("/probabilities");
    boolean right = rows.size() == ROWS;
    for (JsonNode row : rows) {
      int top = 0;
      for (int k = 1; k < row.size(); k++) {
        top = row.get(k).asDouble() > row.get(top).asDouble() ? k : top;
      }
      right &= row.size() == VERSIONS && version.equals(version(top));
      right &= said.at("/classes/" + top).asText().equals(Integer.toString(top));
    }
    return right;
  }

  private HttpResponse<String> ask(URI uri, byte[] features)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(30))
            .POST(HttpRequest.BodyPublishers.ofByteArray(features))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static String version(int number) {
    return "v" + number;
  }

  private void publish(KafkaSettings kafka, TopicsConfig topics, int number) throws Exception {
    CheckpointId id = new CheckpointId("small", version(number));
    Path written = Files.createDirectories(directory.resolve("written-" + number));
    Files.write(written.resolve("model.onnx"), model(number));
    Manifest manifest =
        Checkpoints.manifest(id)
            .features(FeatureContract.u8(FEATURES))
            .classes(ClassMap.ofCount(VERSIONS))
            .build()
            .write(written);
    URI location;
    try (CheckpointStore store = new CheckpointStores(Cluster.of(kafka, topics)).open("kafka:")) {
      location = store.put(id, written);
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.producer(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              CheckpointLog.record(
                  topics.checkpoints(),
                  CheckpointLog.announcement(manifest, location, Instant.now())))
          .get();
    }
  }

  private static byte[] model(int number) {
    OnnxGraph graph = new OnnxGraph("small");
    String x = graph.cast("x", graph.input("features", OnnxType.U8, FEATURES), OnnxType.F32);
    float[] bias = new float[VERSIONS];
    bias[number] = 5;
    String w = graph.f32("w", new float[FEATURES * VERSIONS], FEATURES, VERSIONS);
    String logits = graph.node("Gemm", "logits", List.of(x, w, graph.f32("b", bias, VERSIONS)));
    String probabilities =
        graph.node("Softmax", "probabilities", logits, OnnxAttribute.integer("axis", 1));
    graph.output(probabilities, OnnxType.F32, VERSIONS);
    graph.output(logits, OnnxType.F32, VERSIONS);
    return graph
        .metadata("distill.version", version(number))
        .metadata("distill.features.type", "u8")
        .metadata("distill.features.shape", "[2,2]")
        .metadata("distill.classes", "[\"0\",\"1\",\"2\",\"3\",\"4\"]")
        .build();
  }

  private boolean canImport(String modules) throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "-c", "import " + modules)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("import").toFile())
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // no python3
    }
  }

  private String errors() {
    try {
      return Files.readString(directory.resolve("errors"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
