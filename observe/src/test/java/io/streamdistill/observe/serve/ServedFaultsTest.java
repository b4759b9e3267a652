package io.streamdistill.observe.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.observe.Health;
import io.streamdistill.observe.HttpConfig;
import io.streamdistill.observe.ObserveServer;
import io.streamdistill.testkit.TestBroker;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestBroker.class)
class ServedFaultsTest extends ServedCheckpoints {

  ServedFaultsTest(TestBroker.Running broker) {
    super(broker);
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

  /** Without a client that tidies the path up. */
  private String raw(String requestLine) throws IOException {
    try (Socket socket = open(requestLine)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
