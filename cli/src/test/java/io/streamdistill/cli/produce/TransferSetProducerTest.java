package io.streamdistill.cli.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.IdxSource;
import io.streamdistill.cli.source.Row;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.testkit.TestRecords;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TransferSetProducerTest {

  private static final Path MNIST = Path.of("..", "datasets", "mnist");
  private static final FeatureContract PIXELS = FeatureContract.u8(784);
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneOffset.UTC);

  private static final ExampleSource.Opener TEN_THOUSAND =
      () ->
          IdxSource.open(
              MNIST.resolve("t10k-images-idx3-ubyte.gz"),
              MNIST.resolve("t10k-labels-idx1-ubyte.gz"),
              PIXELS,
              ClassMap.ofCount(10));

  @TempDir private static Path brokerDirectory;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(BrokerConfig.in(brokerDirectory));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void fillsPartitionsEvenlyWithAcknowledgedRecords() throws IOException {
    List<Long> progress = new ArrayList<>();

    Produced produced =
        producer("even", PIXELS)
            .produce(
                TEN_THOUSAND,
                ProduceOptions.defaults()
                    .withLimit(5_002)
                    .withIdPrefix("m")
                    .withLabelFraction(0.1, 1),
                progress::add);

    assertThat(produced.examples()).isEqualTo(5_002);
    assertThat(produced.labelled()).isEqualTo(500);
    assertThat(progress).isSorted().last().isEqualTo(5_002L);
    List<ConsumerRecord<byte[], byte[]>> records = read("even");
    assertThat(
            records.stream()
                .collect(Collectors.groupingBy(ConsumerRecord::partition, Collectors.counting())))
        .containsExactlyInAnyOrderEntriesOf(Map.of(0, 1_251L, 1, 1_251L, 2, 1_250L, 3, 1_250L));
    assertThat(records.stream().filter(record -> decode(record).label() != null)).hasSize(500);
  }

  @Test
  void sendsWhatTheSourceHolds() throws IOException {
    producer("content", PIXELS)
        .produce(
            TEN_THOUSAND, ProduceOptions.defaults().withLimit(9).withIdPrefix("m"), count -> {});

    Map<String, ConsumerRecord<byte[], byte[]>> byKey =
        read("content").stream()
            .collect(
                Collectors.toMap(
                    record -> new String(record.key(), StandardCharsets.UTF_8),
                    Function.identity()));

    assertThat(byKey.keySet())
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 9).mapToObj(i -> "m" + i).toList());
    ConsumerRecord<byte[], byte[]> sixth = Objects.requireNonNull(byKey.get("m6"));
    Example example = decode(sixth);
    assertThat(sixth.partition()).isEqualTo(2);
    assertThat(sixth.timestamp()).as("sent now, not in 2026").isNotEqualTo(CLOCK.millis());
    assertThat(example.id()).isEqualTo("m6");
    assertThat(example.eventTime()).isEqualTo(CLOCK.instant());
    assertThat(example.type()).isEqualTo(FeatureType.U8);
    assertThat(example.label()).isEqualTo(4); // the seventh test image of MNIST
    assertThat(example.features().remaining()).isEqualTo(784);
  }

  @Test
  void keepsThePartitionsOfATopicThatIsThere() throws Exception {
    try (Admin admin = Admin.create(settings().admin())) {
      admin.createTopics(List.of(new NewTopic("wide", 7, (short) 1))).all().get();
    }

    producer("wide", PIXELS)
        .produce(TEN_THOUSAND, ProduceOptions.defaults().withLimit(14), count -> {});

    assertThat(read("wide")).extracting(ConsumerRecord::partition).contains(0, 1, 2, 3, 4, 5, 6);
  }

  @Test
  void isNotOvertakenByItselfOnTopicsWhoseLeadersAreNotReady() throws Exception {
    for (int i = 0; i < 5; i++) {
      String topic = "fresh-" + i;
      try (Admin admin = Admin.create(settings().admin())) {
        admin.createTopics(List.of(new NewTopic(topic, 8, (short) 1))).all().get();
      }

      Produced produced =
          new TransferSetProducer(
                  new KafkaSettings(
                      Map.of(
                          "bootstrap.servers", broker.bootstrapServers(),
                          "producer.batch.size", "4096",
                          "producer.linger.ms", "0",
                          "producer.delivery.timeout.ms", "31000")),
                  topics(topic),
                  PIXELS,
                  CLOCK)
              .produce(TEN_THOUSAND, ProduceOptions.defaults().withLimit(300), count -> {});

      assertThat(produced.examples()).isEqualTo(300);
    }
  }

  @Test
  void keepsToTheRate() throws IOException {
    Produced produced =
        producer("slow", PIXELS)
            .produce(
                TEN_THOUSAND,
                new ProduceOptions(51, 1, 100, 1, 1, false, "", ProduceOptions.OnError.FAIL, false),
                count -> {});

    assertThat(produced.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(500));
  }

  @Test
  void saysWhichExampleTheBrokerDoesNotTakeAndWhatToDo() throws Exception {
    try (Admin admin = Admin.create(settings().admin())) {
      NewTopic narrow = new NewTopic("narrow", 1, (short) 1);
      admin.createTopics(List.of(narrow.configs(Map.of("max.message.bytes", "300")))).all().get();
    }
    byte[] noise = new byte[784]; // which does not compress
    new Random(1).nextBytes(noise);
    String id = "big".repeat(100);

    assertThatThrownBy(
            () ->
                producer("narrow", PIXELS)
                    .produce(
                        RowSource.of(new Row.Example(0, id, ByteBuffer.wrap(noise), null, 1, null)),
                        ProduceOptions.defaults(),
                        count -> {}))
        .isInstanceOf(ProduceException.class)
        .hasMessageContaining("example 'bigbig")
        .hasMessageContaining("... (300 characters)")
        .hasMessageContaining(broker.bootstrapServers())
        .hasMessageContaining("max.message.bytes");
  }

  @Test
  void sendsWhatStandsBeforeAnUnfitRowAndSaysHowMuchThatIs() {
    Row[] rows = new Row[6];
    for (int i = 0; i < 5; i++) {
      rows[i] = new Row.Example(i, null, ByteBuffer.allocate(784), null, 1, null);
    }
    rows[5] = new Row.Malformed(5, Row.Fault.BAD_JSON, "data.jsonl:6", "is broken", false);

    assertThatThrownBy(
            () ->
                producer("before", PIXELS)
                    .produce(RowSource.of(rows), ProduceOptions.defaults(), count -> {}))
        .isInstanceOf(ProduceException.class)
        .hasMessageContaining("data.jsonl:6: is broken")
        .hasMessageEndingWith("topic before holds the 5 examples before it");
    assertThat(read("before")).hasSize(5);
  }

  private static Row.Example row(long index, String id) {
    return new Row.Example(index, id, ByteBuffer.allocate(784), null, 1, null);
  }

  @Test
  void aFileThatIsSentAgainDoublesNothing() throws IOException {
    ProduceOptions once = ProduceOptions.defaults().withIdPrefix("f-").skippingSent();
    producer("again", PIXELS)
        .produce(RowSource.of(row(0, "a"), row(1, "b")), ProduceOptions.defaults(), count -> {});

    Produced rest =
        producer("again", PIXELS)
            .produce(
                RowSource.of(row(0, "a"), row(1, "b"), row(2, "c"), row(3, "c"), row(4, "d")),
                once,
                count -> {});
    Produced nothing =
        producer("again", PIXELS)
            .produce(RowSource.of(row(0, "d"), row(1, "a")), once, count -> {});

    assertThat(rest.examples()).isEqualTo(2);
    assertThat(rest.sentBefore()).isEqualTo(3);
    assertThat(nothing.examples()).isZero();
    assertThat(nothing.sentBefore()).isEqualTo(2);
    assertThat(read("again"))
        .extracting(record -> decode(record).id())
        .containsExactlyInAnyOrder("a", "b", "c", "d");
  }

  @Test
  void recordsOfOthersAreKnownByTheirKey() throws Exception {
    try (Admin admin = Admin.create(settings().admin())) {
      admin.createTopics(List.of(new NewTopic("foreign", 2, (short) 1))).all().get();
    }
    try (KafkaProducer<byte[], byte[]> other =
        new KafkaProducer<>(
            settings().producer(), new ByteArraySerializer(), new ByteArraySerializer())) {
      other.send(new ProducerRecord<>("foreign", bytes("a"), bytes("no example"))).get();
      other.send(new ProducerRecord<>("foreign", null, bytes("no key, either"))).get();
      other.send(new ProducerRecord<>("foreign", bytes("b"), null)).get();
    }

    Produced produced =
        producer("foreign", PIXELS)
            .produce(
                RowSource.of(row(0, "a"), row(1, "b"), row(2, "c")),
                ProduceOptions.defaults().skippingSent(),
                count -> {});

    assertThat(produced.examples()).isEqualTo(1);
    assertThat(produced.sentBefore()).isEqualTo(2);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void whatWasSkippedIsToldWithAnError() {
    Row unfit = new Row.Malformed(1, Row.Fault.BAD_JSON, "d.csv:2", "is broken", false);
    ExampleSource.Opener damaged =
        () ->
            new ExampleSource() {
              private final Deque<Row> rows = new ArrayDeque<>(List.of(row(0, "a"), unfit));

              @Override
              public Row next() throws IOException {
                if (rows.isEmpty()) {
                  throw new IOException("d.csv:3: the gzip file ends early");
                }
                return rows.remove();
              }

              @Override
              public OptionalLong total() {
                return OptionalLong.empty();
              }

              @Override
              public void close() {}
            };

    assertThatThrownBy(
            () ->
                producer("damaged", PIXELS)
                    .produce(
                        damaged,
                        ProduceOptions.defaults().withOnError(ProduceOptions.OnError.SKIP),
                        count -> {}))
        .hasMessage(
            "d.csv:3: the gzip file ends early; topic damaged holds the 1 example before it, rows"
                + " skipped: 1 bad-json");
  }

  @Test
  void failsWhenEveryRowIsLeftOut() {
    Row unfit = new Row.Malformed(0, Row.Fault.BAD_JSON, "data.jsonl:1", "is broken", false);

    assertThatThrownBy(
            () ->
                producer("nothing", PIXELS)
                    .produce(
                        RowSource.of(unfit, unfit),
                        ProduceOptions.defaults().withOnError(ProduceOptions.OnError.SKIP),
                        count -> {}))
        .isInstanceOf(ProduceException.class)
        .hasMessageContaining("every row was left out (2 bad-json)");
  }

  @Test
  void saysThatNoBrokerAnswers() throws IOException {
    int closedPort;
    try (ServerSocket socket = new ServerSocket(0)) {
      closedPort = socket.getLocalPort();
    }
    TransferSetProducer producer =
        new TransferSetProducer(
            KafkaSettings.of("127.0.0.1:" + closedPort),
            TopicsConfig.defaults(),
            PIXELS,
            CLOCK,
            Duration.ofSeconds(1));

    assertThatThrownBy(() -> producer.produce(TEN_THOUSAND, ProduceOptions.defaults(), count -> {}))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("Kafka at 127.0.0.1:" + closedPort + " did not list topics")
        .hasMessageContaining("nothing listens there")
        .hasMessageContaining("kafka.bootstrap.servers");
  }

  private static TransferSetProducer producer(String topic, FeatureContract contract) {
    return new TransferSetProducer(settings(), topics(topic), contract, CLOCK);
  }

  private static KafkaSettings settings() {
    return KafkaSettings.of(broker.bootstrapServers());
  }

  private static TopicsConfig topics(String transferSet) {
    TopicsConfig names = TopicsConfig.defaults();
    return new TopicsConfig(
        transferSet,
        names.softTargets(),
        names.labels(),
        names.deadLetters(),
        names.checkpoints(),
        names.checkpointFiles(),
        names.checkpointEvents(),
        names.partitions(),
        names.replication());
  }

  private static Example decode(ConsumerRecord<byte[], byte[]> record) {
    return TestRecords.example(record.value());
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            settings().consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      long total =
          consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (records.size() < total) {
        consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
      }
    }
    return records;
  }
}
