package io.streamdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.BrokerProcess;
import io.streamdistill.config.ConfigException;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.outage.OutageException;
import io.streamdistill.testkit.TestRecords;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that are away when the service starts, or while it runs. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
final class OutageTest {

  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final TopicsConfig TOPICS =
      new TopicsConfig("in", "out", "labels", "dead", "c", "cf", "ce", 2, (short) -1);

  @TempDir private Path directory;

  private static TeacherService start(String servers, String... settings) {
    return TeacherService.start(
        Fixtures.config("logits", settings),
        KafkaSettings.of(servers),
        TOPICS,
        Fixtures.TASK,
        Fixtures.FORMAT);
  }

  private BrokerProcess broker(int port) {
    return BrokerProcess.start(
        BrokerConfig.in(directory.resolve("broker"))
            .withPort(port)
            .withOverride("group.initial.rebalance.delay.ms", "0"),
        directory.resolve("broker.log"));
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void send(String servers, int from, int to) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      List<Future<?>> sent =
          IntStream.range(from, to)
              .<Future<?>>mapToObj(
                  i ->
                      producer.send(
                          new ProducerRecord<>("in", i % 2, null, Fixtures.framed("id" + i, i))))
              .toList();
      for (Future<?> one : sent) {
        one.get();
      }
    }
  }

  private static void awaitOnce(String servers, int records) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", servers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> both =
          List.of(new TopicPartition("out", 0), new TopicPartition("out", 1));
      consumer.assign(both);
      consumer.seekToBeginning(both);
      Set<String> ids = new HashSet<>();
      int[] count = new int[1];
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> record :
                    consumer.poll(Duration.ofMillis(300))) {
                  ids.add(TestRecords.target(record.value()).example().id());
                  count[0]++;
                }
                return ids.size() >= records;
              });
      assertThat(count[0]).isEqualTo(records);
    }
  }

  @Test
  void waitsForABrokerThatIsAwayAtTheStartAndWhileItRuns() throws Exception {
    int port = freePort();
    String servers = "127.0.0.1:" + port;
    try (BrokerProcess first = broker(port)) {
      Topics.create(KafkaSettings.of(first.bootstrapServers()), TopicSpec.all(TOPICS, 1 << 20));
    }
    CompletableFuture<TeacherService> starting =
        CompletableFuture.supplyAsync(() -> start(servers));
    Thread.sleep(1500);
    assertThat(starting).as("it waits").isNotDone();
    BrokerProcess broker = broker(port);
    try {
      try (TeacherService running = starting.get(120, TimeUnit.SECONDS)) {
        send(servers, 0, 100);
        awaitOnce(servers, 100);

        broker.kill();

        await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> Cluster.get(running, "/readyz").body().contains("has not answered"));
        assertThat(Cluster.get(running, "/livez").statusCode()).isEqualTo(200);
        assertThat(running.hasStopped()).isFalse();

        broker = broker(port);
        send(servers, 100, 200);

        awaitOnce(servers, 200);
        await().atMost(PATIENCE).until(() -> Cluster.get(running, "/readyz").statusCode() == 200);
      }
    } finally {
      broker.close();
    }
  }

  @Test
  void waitsNoLongerThanItMay() {
    assertThatThrownBy(() -> start("127.0.0.1:1", "limits.max-outage=1s"))
        .isInstanceOf(OutageException.class)
        .hasMessageContainingAll("Kafka at 127.0.0.1:1", "teacher.limits.max-outage")
        .satisfies(e -> assertThat(ExitStatus.of(e)).isEqualTo(ExitStatus.OUTAGE));
  }

  @Test
  void saysThatNoHostNameHasAnAddress() {
    assertThatThrownBy(() -> start("no-such-host.invalid:9092", "limits.max-outage=300ms"))
        .isInstanceOf(OutageException.class)
        .hasMessageContaining("no host of kafka.bootstrap.servers (no-such-host.invalid:9092)");
  }

  @Test
  void whatNoWaitingCuresEndsTheStartAtOnce() {
    KafkaSettings wrong =
        new KafkaSettings(
            Map.of("bootstrap.servers", "127.0.0.1:1", "security.protocol", "PLAINTEXTT"));

    assertThatThrownBy(
            () ->
                TeacherService.start(
                    Fixtures.config("logits"), wrong, TOPICS, Fixtures.TASK, Fixtures.FORMAT))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("PLAINTEXTT");
  }
}
