package io.streamdistill.checkpoints.pull;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.CheckpointTopics;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.trust.KeyFiles;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.testkit.TestBroker;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What several tests of CheckpointPuller need. */
abstract class PullFixture {

  @TempDir Path work;

  final TestBroker.Running broker;
  final KafkaSettings kafka;
  TopicsConfig topics;
  Path out;

  PullFixture(TestBroker.Running broker) {
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @BeforeEach
  void createTopics() {
    topics = CheckpointTopics.create(broker);
    out = work.resolve("out");
  }

  CheckpointStores stores() {
    return new CheckpointStores(Cluster.of(kafka, topics));
  }

  CheckpointPuller puller() {
    return new CheckpointPuller(Cluster.of(kafka, topics));
  }

  Manifest write(String student, String version) {
    return Checkpoints.write(new CheckpointId(student, version), source(version), 1_500_000);
  }

  Path source(String version) {
    return work.resolve("source-" + version);
  }

  URI put(Manifest manifest, String storeUri) {
    try (CheckpointStore store = stores().open(storeUri)) {
      return store.put(manifest.id(), source(manifest.version()));
    }
  }

  void announce(Manifest manifest, URI location) {
    send(CheckpointLog.announcement(manifest, location, Instant.EPOCH));
  }

  void send(Announcement announcement) {
    ProducerRecord<byte[], byte[]> record =
        CheckpointLog.record(topics.checkpoints(), announcement);
    broker.send(record.topic(), record.partition(), record.key(), record.value());
  }

  Manifest publish(String version) {
    Manifest manifest = write("mnist", version);
    announce(manifest, put(manifest, "kafka:"));
    return manifest;
  }

  void promote(String version) {
    try (AliasWriter writer =
        new AliasWriter(kafka, topics.checkpointEvents(), java.time.InstantSource.system())) {
      writer.move(
          AliasLog.read(kafka, topics.checkpointEvents()),
          CheckpointEventKind.PROMOTED,
          "mnist",
          "champion",
          version,
          "ann",
          "test");
    }
  }

  static final CheckpointChoice CHAMPION = CheckpointChoice.alias("champion");

  final List<ILoggingEvent> logged = new CopyOnWriteArrayList<>();

  final AppenderBase<ILoggingEvent> log =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          logged.add(event);
        }
      };

  static Logger logger() {
    return (Logger) LoggerFactory.getLogger("io.streamdistill.checkpoints");
  }

  @BeforeEach
  void captureLog() {
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void leaveLog() {
    logger().detachAppender(log);
  }

  SigningKey key(String name) {
    return SigningKey.read(
        name, KeyFiles.create(work.resolve(name), new SecureRandom()).signingKey());
  }

  Manifest publishSigned(String version, SigningKey key) {
    Manifest manifest = write("mnist", version).write(source(version), SigningKey.signer(key));
    announce(manifest, put(manifest, "kafka:"));
    return manifest;
  }

  CheckpointPuller puller(TrustedKeys keys) {
    return new CheckpointPuller(Cluster.of(kafka, topics), PullOptions.trusting(keys));
  }
}
