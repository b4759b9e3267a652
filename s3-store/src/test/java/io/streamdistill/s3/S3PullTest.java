package io.streamdistill.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.core.TestBroker;
import io.streamdistill.core.checkpoint.CheckpointException;
import io.streamdistill.core.checkpoint.CheckpointId;
import io.streamdistill.core.checkpoint.CheckpointLog;
import io.streamdistill.core.checkpoint.CheckpointPuller;
import io.streamdistill.core.checkpoint.CheckpointStore;
import io.streamdistill.core.checkpoint.CheckpointStores;
import io.streamdistill.core.checkpoint.Checkpoints;
import io.streamdistill.core.checkpoint.Manifest;
import io.streamdistill.core.kafka.TopicsConfig;
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
        new CheckpointStores(broker.kafka(), topics, server.settings())
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
          new CheckpointPuller(broker.kafka(), topics, S3Server.settings(wire.port()));
      assertThat(puller.pull("small", out)).isEqualTo(manifest);
      assertThat(wire.connections()).isPositive();
      assertThat(out.resolve("weights.safetensors"))
          .hasSameBinaryContentAs(work.resolve("source/weights.safetensors"));
    }

    server.delete("models/small/v1/config.json");
    CheckpointPuller puller = new CheckpointPuller(broker.kafka(), topics, server.settings());
    assertThatThrownBy(() -> puller.pull("small", work.resolve("again")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("small/v1", "config.json");
  }
}
