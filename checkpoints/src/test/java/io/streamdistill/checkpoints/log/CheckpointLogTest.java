package io.streamdistill.checkpoints.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.avro.AnnouncementCodec;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.schema.CheckpointFile;
import io.streamdistill.schema.CheckpointPublished;
import io.streamdistill.testkit.TestBroker;
import io.streamdistill.wire.Codecs;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestBroker.class)
class CheckpointLogTest {

  private static final Instant NOW = Instant.parse("2026-02-01T00:00:00.5Z");

  private final TestBroker.Running broker;
  private final KafkaSettings kafka;
  private String topic;

  CheckpointLogTest(TestBroker.Running broker) {
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @BeforeEach
  void createTopic() {
    topic = broker.compactedTopic(2, Map.of());
  }

  private static Announcement announcement(String student, String version) {
    CheckpointId id = new CheckpointId(student, version);
    return CheckpointLog.announcement(
        Checkpoints.manifest(id).build(), URI.create("kafka:files/" + id), NOW);
  }

  private void announce(Announcement announcement) {
    send(CheckpointLog.record(topic, announcement));
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    broker.send(record.topic(), record.partition(), record.key(), record.value());
  }

  private CheckpointLog read() {
    return CheckpointLog.read(kafka, topic);
  }

  @Test
  void announcesWhatTheManifestSays() {
    Manifest manifest = Checkpoints.manifest(new CheckpointId("mnist", "v1")).build();

    announce(CheckpointLog.announcement(manifest, URI.create("kafka:files/mnist/v1"), NOW));

    Announcement read = read().latest("mnist").orElseThrow();
    assertThat(read.step()).isEqualTo(1_500);
    assertThat(read.examplesSeen()).isEqualTo(768_000);
    assertThat(read.training().pass()).isEqualTo(2);
    assertThat(read.training().sourceTopic()).isEqualTo("soft-targets");
    assertThat(read.training().sourceOffsets()).isEqualTo(Map.of(0, 3L, 9, 5L, 10, 7L));
    assertThat(read.location()).isEqualTo("kafka:files/mnist/v1");
    assertThat(read.metrics()).isEqualTo(manifest.metrics());
    assertThat(read.training().teacherVersions()).containsExactly("teacher-a", "teacher-b");
    assertThat(read.training().configurationHash()).isEqualTo(manifest.configurationHash());
    assertThat(read.parent()).isEqualTo("v0");
    assertThat(read.publishedTime()).isEqualTo(NOW);
    assertThat(read.files()).isEqualTo(manifest.allFiles());
  }

  @Test
  void isEmptyOnAnEmptyTopic() {
    assertThat(read().announcements()).isEmpty();
    assertThat(read().latest("mnist")).isEmpty();
  }

  @Test
  void latestIsTheLastOnTheLogNotTheGreatestVersion() {
    announce(announcement("mnist", "v2"));
    announce(announcement("mnist", "v1"));
    announce(announcement("other", "v9"));

    CheckpointLog log = read();

    assertThat(log.announcements("mnist"))
        .extracting(Announcement::version)
        .containsExactly("v2", "v1");
    assertThat(log.latest("mnist").orElseThrow().version()).isEqualTo("v1");
    assertThat(log.announcements()).hasSize(3);
  }

  @Test
  void forgetsWithdrawnAnnouncements() {
    announce(announcement("mnist", "v1"));
    announce(announcement("mnist", "v2"));
    send(CheckpointLog.withdrawal(topic, new CheckpointId("mnist", "v2")));

    assertThat(read().announcements()).extracting(Announcement::version).containsExactly("v1");
    assertThat(read().skippedRecords()).isZero();
  }

  @Test
  void seesCommittedAnnouncementsOnlyAndWaitsForNoOpenTransaction()
      throws ExecutionException, InterruptedException {
    try (KafkaProducer<byte[], byte[]> trainer = broker.producer("student-tx-" + topic)) {
      trainer.initTransactions();
      trainer.beginTransaction();
      trainer.send(CheckpointLog.record(topic, announcement("mnist", "committed"))).get();
      trainer.commitTransaction();
      trainer.beginTransaction();
      trainer.send(CheckpointLog.record(topic, announcement("mnist", "aborted"))).get();
      trainer.abortTransaction();
      trainer.beginTransaction();
      trainer.send(CheckpointLog.record(topic, announcement("mnist", "open"))).get();

      assertThat(read().announcements())
          .extracting(Announcement::version)
          .containsExactly("committed");
      trainer.abortTransaction();
    }
  }

  @Test
  void skipsAndCountsRecordsThatAnnounceNothing() {
    CheckpointPublished evil =
        onWire("v2").setFiles(List.of(new CheckpointFile("../evil", 1L, "0".repeat(64)))).build();
    CheckpointPublished unnameable = onWire("v3").setStudent("../up").build();
    announce(announcement("mnist", "v1"));
    send(new ProducerRecord<>(topic, 0, utf8("mnist/v9"), utf8("garbage")));
    send(new ProducerRecord<>(topic, 0, utf8("mnist/v9"), new byte[0]));
    send(
        new ProducerRecord<>(
            topic, 0, utf8("../up/v3"), Codecs.checkpointPublished().encode(unnameable)));
    send(new ProducerRecord<>(topic, 0, utf8("mnist/v1"), encoded(announcement("mnist", "v7"))));
    send(
        new ProducerRecord<>(
            topic, 0, utf8("mnist/v2"), Codecs.checkpointPublished().encode(evil)));

    CheckpointLog log = read();

    assertThat(log.announcements()).extracting(Announcement::version).containsExactly("v1");
    assertThat(log.skippedRecords()).isEqualTo(5);
  }

  @Test
  void skipsRecordsWithoutKey() {
    String uncompacted = broker.topic();
    broker.send(uncompacted, 0, null, encoded(announcement("mnist", "v1")));

    CheckpointLog log = CheckpointLog.read(kafka, uncompacted);

    assertThat(log.announcements()).isEmpty();
    assertThat(log.skippedRecords()).isEqualTo(1);
  }

  /** An announcement to be spoilt, which ours cannot be. */
  private static CheckpointPublished.Builder onWire(String version) {
    return CheckpointPublished.newBuilder(
        Codecs.checkpointPublished()
            .decode(AnnouncementCodec.encode(announcement("mnist", version))));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] encoded(Announcement announcement) {
    return AnnouncementCodec.encode(announcement);
  }

  @Test
  void saysThatTheTopicIsMissing() {
    assertThatThrownBy(() -> CheckpointLog.read(kafka, "no-such-topic"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("topic 'no-such-topic' does not exist");
  }

  @Test
  void saysThatTheBrokerIsNotThere() {
    assertThatThrownBy(
            () -> CheckpointLog.read(KafkaSettings.of("127.0.0.1:1"), topic, Duration.ofSeconds(2)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Could not reach kafka at 127.0.0.1:1 within 2 s; is it running?")
        .hasMessageContaining("nothing listens there");
  }

  @Test
  void saysThatTheHostHasNoAddress() {
    assertThatThrownBy(
            () -> CheckpointLog.read(KafkaSettings.of("no-such-host.invalid:9092"), topic))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no-such-host.invalid:9092");
  }

  @Test
  void readingAllWaitsForTheOpenTransactionOfAnotherStudent() throws Exception {
    Map<String, Object> properties = kafka.producer();
    properties.put("transactional.id", "streamdistill-student-other-" + topic);
    try (KafkaProducer<byte[], byte[]> other =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      other.initTransactions();
      other.beginTransaction();
      other.send(CheckpointLog.record(topic, announcement("other", "v1"))).get();
      announce(announcement("mnist", "v1")); // behind the beginning of the open transaction

      assertThat(read().latest("mnist")).isEmpty();
      CompletableFuture<CheckpointLog> all =
          CompletableFuture.supplyAsync(() -> CheckpointLog.readAll(kafka, topic));
      assertThatThrownBy(() -> all.get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
      other.abortTransaction();

      assertThat(all.get(1, TimeUnit.MINUTES).announcements())
          .extracting(Announcement::student)
          .containsExactly("mnist");
    }
  }
}
