package io.streamdistill.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.server.common.TransactionVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
  @TempDir Path dir;

  @Test
  void keepsClusterIdPortAndDataOverRestart() {
    String clusterId;
    String bootstrapServers;
    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerConfig.in(dir));
        Clients clients = new Clients(broker.bootstrapServers())) {
      clients.createTopic("t", Map.of());
      clients.send("t", List.of("a", "b"));
      clusterId = clients.clusterId();
      bootstrapServers = broker.bootstrapServers();
    }

    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerConfig.in(dir));
        Clients clients = new Clients(broker.bootstrapServers())) {
      assertThat(broker.bootstrapServers()).isEqualTo(bootstrapServers);
      assertThat(clients.clusterId()).isEqualTo(clusterId);
      clients.send("t", List.of("c"));
      assertThat(clients.read("t", 3)).containsExactly("a", "b", "c");
    }
  }

  @Test
  void commitsAndAbortsTransactionsOfTheSecondProtocol() {
    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerConfig.in(dir));
        Clients clients = new Clients(broker.bootstrapServers())) {
      assertThat(clients.finalizedFeature(TransactionVersion.FEATURE_NAME))
          .isEqualTo(TransactionVersion.TV_2.featureLevel());

      clients.createTopic("t", Map.of());
      clients.sendInTransaction("t", List.of("dropped"), false);
      clients.sendInTransaction("t", List.of("kept"), true);
      assertThat(clients.read("t", 1)).containsExactly("kept");
    }
  }

  @Test
  void takesAnotherPortWhenTheLastOneIsTaken() throws Exception {
    int last;
    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerConfig.in(dir))) {
      last = Clients.port(broker.bootstrapServers());
    }

    try (ServerSocket other = new ServerSocket(last, 1, InetAddress.getLoopbackAddress());
        EmbeddedBroker broker = EmbeddedBroker.start(BrokerConfig.in(dir));
        Clients clients = new Clients(broker.bootstrapServers())) {
      assertThat(Clients.port(broker.bootstrapServers())).isNotEqualTo(other.getLocalPort());
      assertThat(clients.clusterId()).isNotEmpty();
    }
  }

  @Test
  void namesPortAndRemedyWhenAConfiguredPortIsInUse() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();
      assertThatThrownBy(() -> EmbeddedBroker.start(BrokerConfig.in(dir).withPort(port)))
          .isInstanceOf(EmbeddedBrokerException.class)
          .hasMessageContaining("broker.port: port " + port + " on 127.0.0.1 is in use")
          .hasMessageContaining("set broker.port to another port or to 0");
    }
  }

  @Test
  void refusesADirectoryInWhichAnotherBrokerRuns() {
    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerConfig.in(dir))) {
      assertThatThrownBy(() -> EmbeddedBroker.start(BrokerConfig.in(dir)))
          .isInstanceOf(EmbeddedBrokerException.class)
          .hasMessageContaining("another broker runs in " + dir);
      assertThat(broker.bootstrapServers()).startsWith("127.0.0.1:");
    }
  }

  @Test
  void givesTheDirectoryFreeWhenTheStartFails() {
    BrokerConfig bad = BrokerConfig.in(dir).withOverride("num.io.threads", "none");
    assertThatThrownBy(() -> EmbeddedBroker.start(bad))
        .isInstanceOf(EmbeddedBrokerException.class)
        .hasMessageContaining("num.io.threads");

    EmbeddedBroker.start(BrokerConfig.in(dir)).close();
  }
}
