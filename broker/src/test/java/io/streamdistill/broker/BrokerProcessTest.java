package io.streamdistill.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BrokerProcessTest {
  /** Broker session (3 s) + start (2 to 5 s), with room for a busy machine. */
  private static final Duration RESTART_LIMIT = Duration.ofSeconds(30);

  @TempDir Path dir;

  @Test
  void restartsOnTheSamePortWithItsDataAfterKill() {
    String bootstrapServers;
    BrokerProcess killed = BrokerProcess.start(config(), logFile());
    try (killed;
        Clients clients = new Clients(killed.bootstrapServers())) {
      clients.createTopic("t", Map.of());
      clients.send("t", List.of("a", "b"));
      bootstrapServers = killed.bootstrapServers();
      killed.kill();
      assertThat(killed.isAlive()).isFalse();
    }

    long start = System.nanoTime();
    try (BrokerProcess broker = BrokerProcess.start(config(), logFile());
        Clients clients = new Clients(broker.bootstrapServers())) {
      clients.send("t", List.of("c"));
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      System.out.printf("restart after kill: %s; RSS %s%n", took, residentMemory(broker.pid()));
      assertThat(took).isLessThan(RESTART_LIMIT);
      assertThat(broker.bootstrapServers()).isEqualTo(bootstrapServers);
      assertThat(clients.read("t", 3)).containsExactly("a", "b", "c");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void unpacksLibrariesInTheDataDirectoryAndLogsNoWarning() throws Exception {
    long start = System.nanoTime();
    try (BrokerProcess broker = BrokerProcess.start(config(), logFile());
        Clients clients = new Clients(broker.bootstrapServers())) {
      System.out.printf(
          "first start: %s; RSS %s%n",
          Duration.ofNanos(System.nanoTime() - start), residentMemory(broker.pid()));
      // The broker recompresses, for which zstd unpacks its native library.
      clients.createTopic("t", Map.of("compression.type", "zstd"));
      clients.send("t", List.of("a"));
      assertThat(clients.read("t", 1)).containsExactly("a");
      // It is deleted as soon as it is loaded; the mapping still tells where it was.
      try (Stream<String> mappings = Files.lines(Path.of("/proc/" + broker.pid() + "/maps"))) {
        assertThat(mappings.filter(line -> line.contains("libzstd")))
            .isNotEmpty()
            .allMatch(line -> line.contains(dir.toString()));
      }
    }
    assertThat(Files.readAllLines(logFile()))
        .anyMatch(line -> line.contains("Kafka runs at"))
        .noneMatch(
            line -> line.contains("WARN") || line.contains("ERROR") || line.contains("SLF4J"));
  }

  @Test
  void aTransactionThatAKillCutOffEnds() throws Exception {
    List<String> whole = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      try (BrokerProcess broker = BrokerProcess.start(config(), logFile());
          Clients clients = new Clients(broker.bootstrapServers())) {
        if (round == 0) {
          clients.createTopic("t", Map.of());
        }
        try (KafkaProducer<String, String> cutOff = clients.beginTransaction("t", "lost")) {
          broker.kill();
          cutOff.close(Duration.ZERO);
        }
      }
      Thread.sleep(1_500); // it times out while nobody is there
      try (BrokerProcess broker = BrokerProcess.start(config(), logFile());
          Clients clients = new Clients(broker.bootstrapServers())) {
        whole.add("whole" + round);
        clients.sendInTransaction("t", List.of("whole" + round), true);

        assertThat(clients.read("t", whole.size())).isEqualTo(whole);
      }
    }
  }

  @Test
  void endsWhenItsInputEndsBecauseTheParentDied() throws Exception {
    Process orphan =
        new ProcessBuilder(ChildJvm.like(logFile()).command(config()))
            .redirectError(logFile().toFile())
            .start();
    try {
      assertThat(orphan.inputReader().readLine()).startsWith(BrokerMain.READY);

      orphan.getOutputStream().close();

      await().atMost(Duration.ofSeconds(25)).until(() -> !orphan.isAlive());
      assertThat(orphan.exitValue()).isZero();
    } finally {
      orphan.destroyForcibly();
    }
  }

  @Test
  void saysWhyTheChildDidNotStart() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();
      assertThatThrownBy(() -> BrokerProcess.start(config().withPort(port), logFile()))
          .isInstanceOf(EmbeddedBrokerException.class)
          .hasMessageContaining("ended before it was ready")
          .hasMessageContaining("port " + port + " on 127.0.0.1 is in use")
          .hasMessageContaining(logFile().toString());
    }
  }

  private BrokerConfig config() {
    return BrokerConfig.in(dir.resolve("data"));
  }

  private Path logFile() {
    return dir.resolve("broker.log");
  }

  private static String residentMemory(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines.filter(line -> line.startsWith("VmRSS")).findFirst().orElse("unknown");
    } catch (IOException notLinux) {
      return "unknown";
    }
  }
}
