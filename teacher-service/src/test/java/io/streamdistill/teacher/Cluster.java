package io.streamdistill.teacher;

import static org.awaitility.Awaitility.await;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.kafka.TopicsConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A real broker, with topics of its own for every test. */
final class Cluster implements AutoCloseable {

  private final EmbeddedBroker broker;
  private final Admin admin;
  private int tests;

  Cluster(Path directory) {
    broker =
        EmbeddedBroker.start(
            BrokerConfig.in(directory).withOverride("group.initial.rebalance.delay.ms", "0"));
    admin = Admin.create(Map.of("bootstrap.servers", servers()));
  }

  String servers() {
    return broker.bootstrapServers();
  }

  /** Names that no other test uses; creates nothing. */
  TopicsConfig names() {
    String prefix = "t" + ++tests + "-";
    return TopicsConfig.named(name -> prefix + name, 2, (short) -1);
  }

  /** Topics that no other test uses. */
  TopicsConfig topics(int partitions) throws Exception {
    TopicsConfig topics = names();
    create(topics.transferSet(), partitions, Map.of());
    create(topics.softTargets(), partitions, Map.of());
    create(topics.deadLetters(), 1, Map.of());
    return topics;
  }

  void create(String topic, int partitions, Map<String, String> settings) throws Exception {
    admin
        .createTopics(
            List.of(
                new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(settings)))
        .all()
        .get(30, TimeUnit.SECONDS);
  }

  /** Deletes the records before an offset, as retention does. */
  void deleteRecords(TopicPartition partition, long before) throws Exception {
    admin
        .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
        .all()
        .get(30, TimeUnit.SECONDS);
  }

  void delete(String topic) throws Exception {
    admin.deleteTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> !admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(topic));
  }

  /** Another topic by the same name. */
  void recreate(String topic, int partitions) throws Exception {
    delete(topic);
    create(topic, partitions, Map.of());
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(topic));
  }

  /** Sets settings of a topic. */
  void alter(String topic, Map<String, String> settings) throws Exception {
    List<AlterConfigOp> changes =
        settings.entrySet().stream()
            .map(
                setting ->
                    new AlterConfigOp(
                        new ConfigEntry(setting.getKey(), setting.getValue()),
                        AlterConfigOp.OpType.SET))
            .toList();
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get(30, TimeUnit.SECONDS);
  }

  /** What a service answers. */
  static HttpResponse<String> get(TeacherService service, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + service.httpPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  /** Sets the feature {@code transaction.version}. */
  void transactionVersion(int level) throws Exception {
    FeatureUpdate.UpgradeType direction =
        level < 2 ? FeatureUpdate.UpgradeType.SAFE_DOWNGRADE : FeatureUpdate.UpgradeType.UPGRADE;
    admin
        .updateFeatures(
            Map.of("transaction.version", new FeatureUpdate((short) level, direction)),
            new UpdateFeaturesOptions())
        .all()
        .get(30, TimeUnit.SECONDS);
    await().until(() -> transactionVersion() == level);
  }

  private int transactionVersion() throws Exception {
    FinalizedVersionRange found =
        admin
            .describeFeatures()
            .featureMetadata()
            .get(30, TimeUnit.SECONDS)
            .finalizedFeatures()
            .get("transaction.version");
    return found == null ? 0 : found.maxVersionLevel();
  }

  KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            servers(),
            "max.request.size",
            32 << 20,
            "buffer.memory",
            64 << 20,
            "compression.type",
            "lz4",
            "linger.ms",
            "5"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  void send(List<ProducerRecord<byte[], byte[]>> records) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (Future<?> sent : records.stream().map(producer::send).toList()) {
        sent.get();
      }
    }
  }

  /** Reads what is committed until {@code count} records are there, then a second more. */
  List<ConsumerRecord<byte[], byte[]>> read(String topic, int count, Duration patience)
      throws Exception {
    int partitions =
        admin
            .describeTopics(List.of(topic))
            .allTopicNames()
            .thenApply(described -> Objects.requireNonNull(described.get(topic)))
            .get(30, TimeUnit.SECONDS)
            .partitions()
            .size();
    List<TopicPartition> all =
        IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", servers(), "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      long end = System.nanoTime() + patience.toNanos();
      while (records.size() < count && System.nanoTime() < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
      consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
    }
    return records;
  }

  /** What a group has committed of a partition; empty when nothing. */
  OptionalLong committed(String group, TopicPartition partition) throws Exception {
    OffsetAndMetadata offset =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get(30, TimeUnit.SECONDS)
            .get(partition);
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset.offset());
  }

  @Override
  public void close() {
    admin.close();
    broker.close();
  }
}
