package io.streamdistill.checkpoints.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.outage.OutageException;
import io.streamdistill.testkit.TestBroker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestBroker.class)
class FollowerTest extends PullFixture {

  FollowerTest(TestBroker.Running broker) {
    super(broker);
  }

  @Test
  void followsAnAliasThroughAStoreThatFails() throws Exception {
    BlockingQueue<Manifest> switches = new LinkedBlockingQueue<>();
    try (CheckpointFollower follower = new CheckpointFollower(Cluster.of(kafka, topics))) {
      CompletableFuture<Void> following =
          CompletableFuture.runAsync(() -> follower.follow("mnist", CHAMPION, out, switches::add));
      Manifest first = publish("v1");
      promote("v1");
      assertThat(switches.poll(1, TimeUnit.MINUTES)).isEqualTo(first);

      Manifest lost = publish("v2");
      try (CheckpointStore store = stores().open("kafka:")) {
        store.delete(lost.id());
      }
      promote("v2");
      Manifest third = publish("v3");
      assertThat(CheckpointVerifier.verify(out)).isEqualTo(first);
      promote("v3");

      assertThat(switches.poll(1, TimeUnit.MINUTES)).isEqualTo(third);
      assertThat(CheckpointVerifier.verify(out)).isEqualTo(third);
      follower.stop();
      following.get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void aFollowerGoesOnWhenTheStoreIsBackAndEndsOnlyWhenToldTo() throws Exception {
    Path store = work.resolve("store");
    Manifest first = write("mnist", "v1");
    announce(first, put(first, "file:" + store));
    Files.move(store, work.resolve("away"));
    BlockingQueue<Manifest> switches = new LinkedBlockingQueue<>();
    CheckpointChoice latest = CheckpointChoice.latest();

    try (CheckpointFollower follower = new CheckpointFollower(Cluster.of(kafka, topics))) {
      CompletableFuture<Void> following =
          CompletableFuture.runAsync(() -> follower.follow("mnist", latest, out, switches::add));
      awaitLogged(out + " stays as it is, the next attempt follows in", "is it mounted");
      Files.move(work.resolve("away"), store);

      assertThat(switches.poll(1, TimeUnit.MINUTES)).isEqualTo(first);
      follower.stop();
      following.get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void aFollowerEndsWhenAnOutageIsLongerThanItIsAllowed() throws Exception {
    Path store = work.resolve("store");
    Manifest first = write("mnist", "v1");
    announce(first, put(first, "file:" + store));
    Files.move(store, work.resolve("away"));

    try (CheckpointFollower follower =
        new CheckpointFollower(
            Cluster.of(kafka, topics), PullOptions.defaults(), Duration.ofMillis(500))) {
      assertThatThrownBy(
              () -> follower.follow("mnist", CheckpointChoice.latest(), out, manifest -> {}))
          .isInstanceOf(OutageException.class)
          .hasMessageContainingAll("have been away for", "is it mounted");
    }
  }

  private Manifest publishDamaged(String version, SigningKey key) throws IOException {
    Manifest manifest = write("mnist", version).write(source(version), SigningKey.signer(key));
    URI location = put(manifest, "file:" + work.resolve("store"));
    Path weights = Path.of(location).resolve("weights.safetensors");
    byte[] damaged = Files.readAllBytes(weights);
    damaged[77] ^= 1;
    Files.write(weights, damaged);
    announce(manifest, location);
    return manifest;
  }

  @ParameterizedTest
  @ValueSource(strings = {"champion", "latest"})
  void aFollowerKeepsWhatItHasWhenItIsOfferedWorse(String alias) throws Exception {
    SigningKey ours = key("ours");
    BlockingQueue<Manifest> switches = new LinkedBlockingQueue<>();
    try (CheckpointFollower follower =
        new CheckpointFollower(Cluster.of(kafka, topics), PullOptions.trusting(ours.trusted()))) {
      CompletableFuture<Void> following =
          CompletableFuture.runAsync(
              () -> follower.follow("mnist", CheckpointChoice.alias(alias), out, switches::add));
      Manifest first = publishSigned("v1", ours);
      promote("v1");
      assertThat(switches.poll(1, TimeUnit.MINUTES)).isEqualTo(first);

      publish("v2");
      promote("v2");
      awaitLogged("checkpoint=mnist/v2", "manifest.json is not trusted: mnist/v2 is not signed");
      publishDamaged("v3", ours);
      promote("v3");
      awaitLogged("checkpoint=mnist/v3", "weights.safetensors: has sha-256");
      publishSigned("v4", key("theirs"));
      promote("v4");
      awaitLogged("checkpoint=mnist/v4", "mnist/v4 is signed with key");
      if (alias.equals("champion")) {
        awaitLogged(out + " stays as it is", "mnist/v4 is signed with key");
      }

      assertThat(CheckpointVerifier.verify(out)).isEqualTo(first);
      assertThat(switches).isEmpty();
      Manifest fifth = publishSigned("v5", ours);
      promote("v5");
      assertThat(switches.poll(1, TimeUnit.MINUTES)).isEqualTo(fifth);
      assertThat(CheckpointVerifier.verify(out, ours.trusted())).isEqualTo(fifth);
      follower.stop();
      following.get(1, TimeUnit.MINUTES);
    }
  }

  private void awaitLogged(String... parts) {
    Awaitility.await()
        .atMost(1, TimeUnit.MINUTES)
        .until(
            () ->
                logged.stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .anyMatch(message -> Arrays.stream(parts).allMatch(message::contains)));
  }
}
