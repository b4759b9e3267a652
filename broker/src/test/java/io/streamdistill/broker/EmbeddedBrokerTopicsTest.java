package io.streamdistill.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTopicsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MEBIBYTE = 1 << 20;

  @TempDir static Path dir;
  private static EmbeddedBroker broker;
  private static Clients clients;

  @BeforeAll
  static void start() {
    broker =
        EmbeddedBroker.start(
            BrokerConfig.in(dir)
                .withOverride("log.cleaner.backoff.ms", "200")
                .withOverride("log.retention.check.interval.ms", "200")
                .withOverride("log.initial.task.delay.ms", "200"));
    clients = new Clients(broker.bootstrapServers());
  }

  @AfterAll
  static void stop() {
    clients.close();
    broker.close();
  }

  @Test
  void compactsRecordsOfOneMebibyte() throws Exception {
    Map<String, String> eagerCompaction =
        Map.of(
            "cleanup.policy", "compact",
            "segment.ms", "200",
            "min.cleanable.dirty.ratio", "0.01");
    clients.createTopic("compacted", eagerCompaction);
    for (byte version = 1; version <= 4; version++) {
      byte[] value = new byte[MEBIBYTE];
      value[0] = version;
      clients.send(new ProducerRecord<>("compacted", "k", value));
    }

    // Only closed segments are compacted; a record that comes after segment.ms closes one.
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> {
              clients.send(new ProducerRecord<>("compacted", "tick", new byte[0]));
              List<ConsumerRecord<String, byte[]>> left =
                  clients.readAll("compacted").stream().filter(r -> r.key().equals("k")).toList();
              assertThat(left).hasSize(1);
              assertThat(left.get(0).value()).hasSize(MEBIBYTE).startsWith(4);
            });
  }

  @Test
  void keepsRecordsWithOldTimestampsUnlessTheTopicSaysOtherwise() {
    long longAgo = Instant.parse("2001-02-03T04:05:06Z").toEpochMilli();
    clients.createTopic("kept", Map.of());
    clients.createTopic("limited", Map.of("retention.ms", "1000"));
    clients.send(new ProducerRecord<>("kept", 0, longAgo, "k", new byte[1]));
    clients.send(new ProducerRecord<>("limited", 0, longAgo, "k", new byte[1]));

    await().atMost(PATIENCE).until(() -> clients.readAll("limited").isEmpty());
    assertThat(clients.readAll("kept")).hasSize(1);
  }

  @Test
  void takesRecordsUpToEightMebibytes() {
    clients.createTopic("wide", Map.of());
    clients.send(new ProducerRecord<>("wide", "k", new byte[8 * MEBIBYTE - 1024]));
    assertThat(clients.readAll("wide")).hasSize(1);

    assertThatThrownBy(
            () -> clients.send(new ProducerRecord<>("wide", "k", new byte[8 * MEBIBYTE])))
        .hasRootCauseInstanceOf(RecordTooLargeException.class);
  }
}
