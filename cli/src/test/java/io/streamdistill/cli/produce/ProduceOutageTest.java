package io.streamdistill.cli.produce;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.cli.source.Row;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.Outage;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.outage.Patience;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that goes away under a production, and may come back. */
final class ProduceOutageTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int ROWS = 3_000;

  @TempDir private static Path folder;

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();

  private CompletableFuture<Produced> produce(String servers, Duration maxOutage, double rate) {
    TransferSetProducer producer =
        new TransferSetProducer(
                KafkaSettings.of(servers),
                TopicsConfig.defaults(),
                FeatureContract.u8(2),
                Clock.systemUTC(),
                Duration.ofSeconds(3))
            .through(
                new TransferSetProducer.Outages(
                    maxOutage,
                    new Patience(maxOutage, "--max-outage", Outage::isBehind, told::add),
                    told::add,
                    Duration.ofMillis(500)));
    ProduceOptions defaults = ProduceOptions.defaults();
    ProduceOptions options =
        new ProduceOptions(ROWS, 1, rate, 1, 1, false, "row-", defaults.onError(), false);
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return producer.produce(RowSource.of(rows()), options, acknowledged::set);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void goesOnWhenTheBrokerIsBackAndSendsEachOnce() throws Exception {
    BrokerConfig config = BrokerConfig.in(folder.resolve("kafka"));
    EmbeddedBroker broker = EmbeddedBroker.start(config);
    String servers = broker.bootstrapServers();
    CompletableFuture<Produced> production = produce(servers, Duration.ZERO, 1_000);
    await().atMost(PATIENCE).until(() -> acknowledged.get() > 0);

    broker.close();
    await().atMost(PATIENCE).until(() -> told.stream().anyMatch(line -> line.startsWith("waits")));
    try (EmbeddedBroker again = EmbeddedBroker.start(config)) {
      assertThat(again.bootstrapServers()).isEqualTo(servers);

      assertThat(production.get(2, TimeUnit.MINUTES).examples()).isEqualTo(ROWS);

      assertThat(told).anyMatch(line -> line.contains("takes examples again, after"));
      assertThat(keys(servers))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, ROWS).mapToObj(row -> "row-" + row).toList());
    }
  }

  @Test
  void endsWithTheStatusOfAnOutageWhenItIsLongerThanAllowed() {
    CompletableFuture<Produced> production = produce("127.0.0.1:9", Duration.ofSeconds(4), 1_000);

    assertThatThrownBy(() -> production.get(2, TimeUnit.MINUTES))
        .hasMessageContaining("more than --max-outage allows")
        .satisfies(e -> assertThat(ExitStatus.of(e)).isEqualTo(ExitStatus.OUTAGE));
    assertThat(told).anyMatch(line -> line.startsWith("waits: ") && line.contains("127.0.0.1:9"));
  }

  private static Row[] rows() {
    return IntStream.range(0, ROWS)
        .mapToObj(row -> new Row.Example(row, null, ByteBuffer.allocate(2), null, 1, null))
        .toArray(Row[]::new);
  }

  private static List<String> keys(String servers) {
    List<String> keys = new ArrayList<>();
    List<TopicPartition> partitions =
        IntStream.range(0, TopicsConfig.defaults().partitions())
            .mapToObj(partition -> new TopicPartition("transfer-set", partition))
            .toList();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            KafkaSettings.of(servers).consumer(),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream()
          .anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(record -> keys.add(new String(record.key(), UTF_8)));
      }
    }
    return keys;
  }
}
