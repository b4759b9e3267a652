package io.streamdistill.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointFollower;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.testkit.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A directory that is kept on the newest checkpoint in S3, while S3 goes away. */
@ExtendWith(TestBroker.class)
class S3FollowTest {

  private static final int BYTES = 2_000_000;

  private static S3Server server;

  @TempDir Path work;

  private final TestBroker.Running broker;
  private final TopicsConfig topics;

  S3FollowTest(TestBroker.Running broker) {
    this.broker = broker;
    topics =
        new TopicsConfig(
            "t",
            "s",
            "l",
            "d",
            broker.compactedTopic(1, Map.of()),
            "f",
            broker.topic(),
            1,
            (short) 1);
  }

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  private Manifest publish(String version) {
    CheckpointId id = new CheckpointId("small", version);
    Path source = work.resolve("source-" + version);
    Manifest manifest = Checkpoints.write(id, source, BYTES);
    try (CheckpointStore store = server.store("s3://" + S3Server.BUCKET + "/followed")) {
      var record =
          CheckpointLog.record(
              topics.checkpoints(),
              CheckpointLog.announcement(manifest, store.put(id, source), Instant.EPOCH));
      broker.send(record.topic(), record.partition(), record.key(), record.value());
    }
    return manifest;
  }

  @Test
  void staysAsItIsWhileS3IsAwayAndGoesOnAfterwards() throws Exception {
    Path out = work.resolve("out");
    BlockingQueue<Manifest> switches = new LinkedBlockingQueue<>();
    Manifest first = publish("v1");
    Manifest second;
    int port;
    try (Wire wire = Wire.to(server.port());
        CheckpointFollower follower =
            new CheckpointFollower(
                new Cluster(
                    KafkaSettings.of(broker.bootstrapServers()),
                    topics,
                    S3Server.settings(wire.port())))) {
      port = wire.port();
      CompletableFuture<Void> following =
          CompletableFuture.runAsync(
              () -> follower.follow("small", CheckpointChoice.latest(), out, switches::add));
      assertThat(switches.poll(1, TimeUnit.MINUTES)).isEqualTo(first);

      wire.cutAfterReceiving(BYTES / 2, Wire.Cut.FOR_GOOD); // in the middle of the next one
      second = publish("v2");
      await().atMost(Duration.ofMinutes(1)).until(wire::isClosed);
      assertThat(CheckpointVerifier.verify(out)).isEqualTo(first);

      try (Wire again = Wire.to(server.port(), port)) {
        assertThat(switches.poll(1, TimeUnit.MINUTES)).isEqualTo(second);
        assertThat(CheckpointVerifier.verify(out)).isEqualTo(second);
        assertThat(again.connections()).isPositive();
        follower.stop();
        following.get(1, TimeUnit.MINUTES);
      }
    }
  }
}
