package io.streamdistill.checkpoints.log;

import static io.streamdistill.checkpoints.format.CheckpointEventKind.PINNED;
import static io.streamdistill.checkpoints.format.CheckpointEventKind.PROMOTED;
import static io.streamdistill.checkpoints.format.CheckpointEventKind.RELEASED;
import static io.streamdistill.checkpoints.format.CheckpointEventKind.REMOVED;
import static io.streamdistill.checkpoints.format.CheckpointEventKind.ROLLED_BACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointEvent;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.GateCheck;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.testkit.TestBroker;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestBroker.class)
final class AliasLogTest {

  private static final Instant NOW = Instant.parse("2026-02-01T00:00:00.5Z");

  private final TestBroker.Running broker;
  private final KafkaSettings kafka;
  private String topic;
  private AliasWriter writer;

  AliasLogTest(TestBroker.Running broker) {
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @BeforeEach
  void createTopic() {
    topic = broker.compactedTopic(1, Map.of("cleanup.policy", "delete"));
    writer = new AliasWriter(kafka, topic, InstantSource.fixed(NOW));
  }

  @AfterEach
  void closeWriter() {
    writer.close();
  }

  private AliasLog read() {
    return AliasLog.read(kafka, topic);
  }

  private AliasLog move(CheckpointEventKind kind, @Nullable String version) {
    return writer.move(read(), kind, "mnist", "champion", version, "ann", "because");
  }

  private Alias champion() {
    return read().alias("mnist", "champion").orElseThrow();
  }

  @Test
  void anAliasStandsForWhatItWasMovedToLast() {
    assertThat(read().alias("mnist", "champion")).isEmpty();

    move(PROMOTED, "v1");
    move(PROMOTED, "v2");

    Alias champion = champion();
    assertThat(champion.version()).isEqualTo("v2");
    assertThat(champion.predecessors()).containsExactly("v1");
    assertThat(champion.actor()).isEqualTo("ann");
    assertThat(champion.reason()).isEqualTo("because");
    assertThat(champion.time()).isEqualTo(NOW);
    assertThat(read().alias("other", "champion")).isEmpty();
    assertThat(read().aliases("mnist")).hasSize(1);
  }

  @Test
  void rollbacksGoOnBackInsteadOfToAndFro() {
    move(PROMOTED, "v1");
    move(PROMOTED, "v2");
    move(PROMOTED, "v3");

    move(ROLLED_BACK, "v2");
    assertThat(champion().predecessors()).containsExactly("v1");
    move(ROLLED_BACK, "v1");

    assertThat(champion().version()).isEqualTo("v1");
    assertThat(champion().predecessors()).isEmpty();
  }

  @Test
  void aPinHoldsUntilItIsReleased() {
    move(PROMOTED, "v1");
    move(PINNED, "v1");
    assertThat(champion().pinned()).isTrue();
    move(PROMOTED, "v2");
    assertThat(champion().pinned()).as("by hand, the pin moves along").isTrue();

    move(RELEASED, "v2");

    assertThat(champion().pinned()).isFalse();
    assertThat(champion().version()).isEqualTo("v2");
    assertThat(champion().history()).containsExactly("v1", "v2");
  }

  @Test
  void aRemovedAliasStandsForNothingAndCanBeMovedAgain() {
    move(PROMOTED, "v1");
    move(REMOVED, null);
    assertThat(read().alias("mnist", "champion")).isEmpty();
    assertThat(read().aliases("mnist")).isEmpty();

    move(PROMOTED, "v2");

    assertThat(champion().history()).containsExactly("v2");
  }

  @Test
  void aMoveThatDidNotSeeTheLastOneIsVoidAndSaysWhoseThatWas() {
    AliasLog seen = read();
    move(PROMOTED, "v1");

    assertThatThrownBy(() -> writer.move(seen, PROMOTED, "mnist", "champion", "v2", "bob", "newer"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("was moved meanwhile, to v1 by ann (because); look again");

    assertThat(champion().version()).isEqualTo("v1");
    assertThat(read().events("mnist")).hasSize(1);
  }

  @Test
  void ofManyMovesAtTheSameTimeOneCounts() throws Exception {
    AliasLog seen = read();
    CountDownLatch together = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(6);
    List<Future<String>> moves = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String version = "v" + i;
      moves.add(
          threads.submit(
              () -> {
                together.await();
                writer.move(seen, PROMOTED, "mnist", "champion", version, "t", "race");
                return version;
              }));
    }
    together.countDown();
    List<String> won = new ArrayList<>();
    for (Future<String> move : moves) {
      try {
        won.add(move.get());
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(CheckpointException.class);
      }
    }
    threads.shutdown();

    assertThat(won).hasSize(1);
    assertThat(champion().version()).isEqualTo(won.get(0));
  }

  @Test
  void keepsDecisionsOfTheGateWithTheirChecks() {
    GateCheck check = new GateCheck("accuracy", false, 0.91, 0.95, "0.91 is below 0.95");

    writer.decided(new CheckpointId("mnist", "v7"), false, "worse", List.of(check));

    CheckpointEvent event = read().events("mnist").get(0);
    assertThat(event.kind()).isEqualTo(CheckpointEventKind.GATE_FAILED);
    assertThat(event.version()).isEqualTo("v7");
    assertThat(event.checks()).containsExactly(check);
    assertThat(read().aliases("mnist")).isEmpty();
  }

  @Test
  void protectsWhatAliasesStandForAndWhatARollbackWouldGoTo() {
    move(PROMOTED, "v1");
    move(PROMOTED, "v2");
    move(PROMOTED, "v3");
    writer.move(read(), PROMOTED, "mnist", "staging", "v9", "ann", "try");

    assertThat(read().protectedCheckpoints("mnist"))
        .extracting(CheckpointId::version)
        .containsExactlyInAnyOrder("v2", "v3", "v9");
  }

  @Test
  void latestCannotBeMoved() {
    AliasLog seen = read();

    assertThatThrownBy(() -> writer.move(seen, PROMOTED, "mnist", "latest", "v1", "ann", "x"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("always the newest valid checkpoint");
    assertThatThrownBy(() -> writer.move(seen, PROMOTED, "mnist", "a b", "v1", "ann", "x"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("not a name for an alias");
  }

  @Test
  void garbageOnTheTopicIsSkipped() {
    broker.send(topic, 0, "mnist".getBytes(StandardCharsets.UTF_8), new byte[] {1, 2, 3});
    move(PROMOTED, "v1");

    assertThat(champion().version()).isEqualTo("v1");
  }
}
