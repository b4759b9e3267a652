package io.streamdistill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.testkit.TestBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestBroker.class)
final class BrokerProbeTest {

  private static final Duration LOOK = Duration.ofSeconds(5);

  private final String broker;

  BrokerProbeTest(TestBroker.Running broker) {
    this.broker = broker.bootstrapServers();
  }

  /** Somebody who is no broker. */
  private static final class Other implements AutoCloseable {
    private final ServerSocket server;

    Other(ServerSocket server, String answer) {
      this.server = server;
      Thread thread = new Thread(() -> serve(answer), "other");
      thread.setDaemon(true);
      thread.start();
    }

    static Other plain(String answer) throws IOException {
      return new Other(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), answer);
    }

    static Other tls() throws Exception {
      SSLServerSocketFactory factory = SSLContext.getDefault().getServerSocketFactory();
      return new Other(
          factory.createServerSocket(0, 10, InetAddress.getLoopbackAddress()), "never seen");
    }

    private void serve(String answer) {
      while (!server.isClosed()) {
        try (Socket socket = server.accept()) {
          if (socket.getInputStream().read() >= 0 && !answer.isEmpty()) {
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
          }
        } catch (IOException e) {
          // the next one, if there is one
        }
      }
    }

    String address() {
      return "127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  private static KafkaSettings settings(String servers, String protocol) {
    return new KafkaSettings(Map.of("bootstrap.servers", servers, "security.protocol", protocol));
  }

  @Test
  void aPortWithTlsIsNoPlaceForPlaintext() throws Exception {
    try (Other tls = Other.tls()) {
      assertThat(BrokerProbe.mismatch(settings(tls.address(), "PLAINTEXT"), LOOK))
          .contains(
              tls.address()
                  + " is a port that speaks TLS; kafka.security.protocol is PLAINTEXT: set it to"
                  + " SSL, or SASL_SSL");
      assertThat(BrokerProbe.mismatch(settings(tls.address(), "SASL_PLAINTEXT"), LOOK))
          .hasValueSatisfying(words -> assertThat(words).endsWith("set it to SASL_SSL"));
      assertThat(BrokerProbe.mismatch(settings(tls.address(), "SSL"), LOOK)).isEmpty();
    }
  }

  @Test
  void aBrokerIsToldByItsAnswersAndNeedsNoLoginForThem() {
    assertThat(BrokerProbe.mismatch(settings(broker, "PLAINTEXT"), LOOK)).isEmpty();
    for (String wrong : List.of("SSL", "SASL_SSL", "SASL_PLAINTEXT")) {
      assertThat(BrokerProbe.mismatch(settings(broker, wrong), LOOK))
          .as(wrong)
          .hasValueSatisfying(
              words ->
                  assertThat(words)
                      .contains("without TLS and without login", "set it to PLAINTEXT"));
    }
    assertThat(BrokerProbe.findings(settings(broker, "PLAINTEXT"), LOOK))
        .contains("advertised.listeners");
  }

  @Test
  void aWebServerIsNoBroker() throws Exception {
    try (Other web = Other.plain("HTTP/1.1 400 Bad Request\r\n\r\n")) {
      assertThat(BrokerProbe.mismatch(settings(web.address(), "PLAINTEXT"), LOOK))
          .hasValueSatisfying(
              words -> assertThat(words).contains("a web server", "kafka.bootstrap.servers"));
    }
  }

  @Test
  void whatMayPassIsNoMismatchAndIsStillTold() throws Exception {
    try (Other closing = Other.plain("")) {
      String none = "127.0.0.1:1";
      String unknown = "no-such-host.invalid:9092";

      for (String servers : List.of(closing.address(), none, unknown, none + "," + unknown)) {
        assertThat(BrokerProbe.mismatch(settings(servers, "PLAINTEXT"), LOOK)).isEmpty();
      }
      assertThat(
              BrokerProbe.findings(
                  settings(closing.address() + "," + none + "," + unknown, "PLAINTEXT"), LOOK))
          .contains(
              closing.address() + ": the connection is closed at once",
              none + ": nothing listens there",
              unknown + ": the host is not known");
    }
  }

  @Test
  void oneGoodAddressIsEnough() throws Exception {
    try (Other tls = Other.tls()) {
      String servers = tls.address() + "," + broker;

      assertThat(BrokerProbe.mismatch(settings(servers, "PLAINTEXT"), LOOK)).isEmpty();
    }
  }

  @Test
  void aLoginThatNobodyWantsIsNamed() {
    KafkaSettings login =
        new KafkaSettings(
            Map.of(
                "bootstrap.servers",
                broker,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                    + " username=\"u\" password=\"Geheim\";"));

    assertThatThrownBy(() -> Topics.create(login, List.of()))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("wants no login here: set kafka.security.protocol")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("Geheim"));
  }

  @Test
  void topicsAreNotWaitedForWhereNoAnswerCanCome() throws Exception {
    try (Other tls = Other.tls()) {
      long start = System.nanoTime();

      assertThatThrownBy(() -> Topics.create(settings(tls.address(), "PLAINTEXT"), List.of()))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("cannot list topics")
          .hasMessageContaining("kafka.security.protocol");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(25));
    }
  }
}
