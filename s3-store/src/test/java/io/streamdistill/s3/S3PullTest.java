package io.streamdistill.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.testkit.TestBroker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From a trainer's store through an announcement to a deployment with settings of its own. */
@ExtendWith(TestBroker.class)
class S3PullTest {

  private static S3Server server;

  @TempDir Path work;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  @Test
  void pullsWhatWasAnnouncedInS3ThroughAnotherEndpoint(TestBroker.Running broker)
      throws IOException {
    String checkpoints = broker.compactedTopic(1, Map.of());
    TopicsConfig topics = new TopicsConfig("t", "s", "l", "d", checkpoints, "f", "e", 1, (short) 1);
    CheckpointId id = new CheckpointId("small", "v1");
    Manifest manifest = Checkpoints.write(id, work.resolve("source"), 100_000);
    URI location;
    try (CheckpointStore store =
        new CheckpointStores(
                new Cluster(KafkaSettings.of(broker.bootstrapServers()), topics, server.settings()))
            .open("s3://" + S3Server.BUCKET + "/models")) {
      location = store.put(id, work.resolve("source"));
    }
    assertThat(location).hasToString("s3://" + S3Server.BUCKET + "/models/small/v1");
    ProducerRecord<byte[], byte[]> record =
        CheckpointLog.record(
            checkpoints, CheckpointLog.announcement(manifest, location, Instant.EPOCH));
    broker.send(record.topic(), record.partition(), record.key(), record.value());

    try (Wire wire = Wire.to(server.port())) {
      Path out = work.resolve("out");
      CheckpointPuller puller =
          new CheckpointPuller(
              new Cluster(
                  KafkaSettings.of(broker.bootstrapServers()),
                  topics,
                  S3Server.settings(wire.port())));
      assertThat(puller.pull("small", out)).isEqualTo(manifest);
      assertThat(wire.connections()).isPositive();
      assertThat(out.resolve("weights.safetensors"))
          .hasSameBinaryContentAs(work.resolve("source/weights.safetensors"));
    }

    server.delete("models/small/v1/config.json");
    CheckpointPuller puller =
        new CheckpointPuller(
            new Cluster(KafkaSettings.of(broker.bootstrapServers()), topics, server.settings()));
    assertThatThrownBy(() -> puller.pull("small", work.resolve("again")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("small/v1", "config.json");
  }
}
