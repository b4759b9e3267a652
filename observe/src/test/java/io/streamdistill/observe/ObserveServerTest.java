package io.streamdistill.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.config.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ObserveServerTest {

  private static final HttpConfig ANY_PORT = new HttpConfig("127.0.0.1", 0);

  private final HttpClient client = HttpClient.newHttpClient();
  private final PrometheusMeterRegistry registry = Meters.create("teacher");
  private final Health health = new Health();
  private ObserveServer server;

  @BeforeEach
  void start() {
    server = ObserveServer.start(ANY_PORT, registry, health);
  }

  @AfterEach
  void stop() {
    server.close();
    registry.close();
  }

  @Test
  void metricsArePrometheusTextWithTheServiceTag() throws Exception {
    registry.counter("distill.records", "topic", "transfer-set").increment(3);

    HttpResponse<String> answer = get("/metrics");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.body())
        .contains("distill_records_total{service=\"teacher\",topic=\"transfer-set\"} 3.0")
        .contains("jvm_memory_used_bytes{", "jvm_threads_live_threads{", "jvm_info{")
        .contains("jvm_gc_max_data_size_bytes{service=\"teacher\"}")
        .contains("system_cpus{", "process_uptime_seconds{", "process_cpu_seconds_total{")
        .doesNotContain("system_cpu_count", "_ns_total") // promtool refuses these names
        .doesNotContain("# EOF");
  }

  /** Pages larger than what the operating system holds for a reader. */
  @Test
  void scrapersThatDoNotReadLeaveHealthAlone() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      registry.counter("distill.many", "which", "x".repeat(300) + i);
    }
    List<Socket> readers = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        Socket reader = new Socket();
        reader.setReceiveBufferSize(2_048);
        reader.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        reader
            .getOutputStream()
            .write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        readers.add(reader);
      }
      for (Socket reader : readers) {
        assertThat(reader.getInputStream().read()).as("its answer begins").isEqualTo('H');
      }

      assertThat(get("/livez").statusCode()).isEqualTo(200);
      assertThat(get("/readyz").statusCode()).isEqualTo(200);
    } finally {
      for (Socket reader : readers) {
        reader.close();
      }
    }
    await().atMost(Duration.ofMinutes(1)).until(() -> get("/metrics").statusCode() == 200);
  }

  @Test
  void metricsAreOpenMetricsWhenAskedFor() throws Exception {
    HttpResponse<String> answer =
        send(request("/metrics").header("Accept", "application/openmetrics-text; version=1.0.0"));

    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(answer.body()).endsWith("# EOF\n");
  }

  @Test
  void healthIsOkWithoutProblems() throws Exception {
    health.liveness("streams", Optional::empty).readiness("caught-up", Optional::empty);

    assertThat(get("/livez").body()).isEqualTo("ok\n");
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void everyFailingCheckIsNamedWithItsProblem() throws Exception {
    health
        .readiness("assignment", () -> Optional.of("no partitions yet"))
        .readiness("model", Optional::empty)
        .readiness(
            "broker",
            () -> {
              throw new IllegalStateException("gone");
            });

    HttpResponse<String> readiness = get("/readyz");

    assertThat(readiness.statusCode()).isEqualTo(503);
    assertThat(readiness.body())
        .isEqualTo(
            """
            assignment: no partitions yet
            broker: the check itself failed: java.lang.IllegalStateException: gone
            """);
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void livenessIsSeparateFromReadiness() throws Exception {
    health.liveness("streams", () -> Optional.of("state ERROR"));

    assertThat(get("/livez").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void indexListsThePaths() throws Exception {
    assertThat(get("/").body()).contains("/metrics", "/livez", "/readyz");
    assertThat(get("/nothing-here").statusCode()).isEqualTo(404);
  }

  @Test
  void portInUseNamesPortKeyAndRemedy() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HttpConfig http = new HttpConfig("127.0.0.1", taken.getLocalPort());

      assertThatThrownBy(() -> ObserveServer.start(http, registry, health))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "http.port %d on http.host 127.0.0.1 is in use: stop the process that listens there,"
                  + " or set another http.port (0 for any free one)",
              taken.getLocalPort());
    }
  }

  @Test
  void hostOfAnotherMachineIsAConfigurationError() {
    HttpConfig http = new HttpConfig("192.0.2.1", 0); // TEST-NET-1, never a local address

    assertThatThrownBy(() -> ObserveServer.start(http, registry, health))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.host 192.0.2.1 cannot be bound");
  }

  @Test
  void unknownHostIsAConfigurationError() {
    HttpConfig http = new HttpConfig("no-such-host.invalid", 0);

    assertThatThrownBy(() -> ObserveServer.start(http, registry, health))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.host no-such-host.invalid cannot be bound");
  }

  @Test
  void portOutOfRangeIsRefused() {
    assertThatThrownBy(() -> new HttpConfig("127.0.0.1", 65536))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.port must be in [0, 65535]");
    assertThatThrownBy(() -> new HttpConfig(" ", 80))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.host");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
