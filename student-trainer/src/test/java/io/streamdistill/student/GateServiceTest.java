package io.streamdistill.student;

import static io.streamdistill.student.SoftTargetFixture.checkpointEvery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.streamdistill.checkpoints.format.CheckpointEvent;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.engine.export.OnnxParity;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Target;
import io.streamdistill.testkit.TestRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate at work: a trainer on a stream that turns bad. */
final class GateServiceTest {

  private static final String[] GATE = {
    "gate.hold-out-share=0.1",
    "gate.hold-out-examples=500",
    "gate.min-examples=150",
    "gate.margin=0.02"
  };

  @TempDir private static Path directory;
  private static SoftTargetFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new SoftTargetFixture(directory);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  /** Goes on for ever, mostly by labels, with a checkpoint every 1,000 examples. */
  private static StudentConfig student(String name) {
    return student(name, 0, 0, checkpointEvery(1_000), "objective.hard-weight=0.95");
  }

  private static StudentConfig student(String name, int passes, long examples, String... settings) {
    List<String> all = new ArrayList<>(List.of(GATE));
    all.addAll(List.of(settings));
    return fixture.student(name, passes, examples, all.toArray(String[]::new));
  }

  /** Every record has a label, which is the teacher's answer moved on by some classes. */
  private static List<Target> labelled(int count, long seed, String ids, int movedOn) {
    List<Target> targets = new ArrayList<>();
    for (Target target : SoftTargetFixture.softTargets(count, seed)) {
      targets.add(
          TestRecords.withLabel(
              TestRecords.withId(target, ids + target.example().id()),
              (SoftTargetFixture.teacherAnswer(target) + movedOn) % 3));
    }
    return targets;
  }

  private static AliasLog aliases(TopicsConfig topics) {
    return AliasLog.read(fixture.kafka, topics.checkpointEvents());
  }

  private static List<CheckpointEvent> events(
      TopicsConfig topics, String student, CheckpointEventKind kind) {
    return aliases(topics).events(student).stream().filter(e -> e.kind() == kind).toList();
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(300))
        .until(condition);
  }

  @Test
  void aStudentPoisonedByFlippedLabelsDoesNotBecomeChampion() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, labelled(8_000, 1, "good-", 0));
    try (TrainerService trainer = fixture.start(student("poisoned"), topics)) {
      await(() -> trainer.progress().examplesSeen() >= 7_000);
      await(() -> aliases(topics).alias("poisoned", Alias.CHAMPION).isPresent());
      fixture.produce(topics, labelled(12_000, 2, "bad-", 1));

      await(() -> !events(topics, "poisoned", CheckpointEventKind.GATE_FAILED).isEmpty());
      await(() -> trainer.progress().examplesSeen() >= 17_000);
    }

    CheckpointEvent refused = events(topics, "poisoned", CheckpointEventKind.GATE_FAILED).get(0);
    assertThat(refused.act().reason()).contains("agreement");
    assertThat(refused.checks()).extracting(c -> c.name()).contains("parity", "finite", "classes");
    Alias champion = aliases(topics).alias("poisoned", Alias.CHAMPION).orElseThrow();
    String latest =
        CheckpointLog.readAll(fixture.kafka, topics.checkpoints())
            .latest("poisoned")
            .orElseThrow()
            .version();
    assertThat(champion.version()).isNotEqualTo(latest).isLessThan(refused.version());
    assertThat(champion.actor()).isEqualTo("gate");
    assertThat(CheckpointLog.readAll(fixture.kafka, topics.checkpoints()).announcements("poisoned"))
        .as("the champion is kept, although many newer ones came")
        .anyMatch(announced -> announced.version().equals(champion.version()));
  }

  @Test
  void anInt8ModelIsPublishedWithWhatItCosts() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, labelled(3_000, 1, "int8-", 0));
    StudentConfig config =
        student("int8", 3, 3_000, checkpointEvery(3_000), "checkpoint.int8=true");
    try (TrainerService trainer = fixture.start(config, topics)) {
      trainer.awaitEnd();
    }

    Path pulled = directory.resolve("int8");
    Manifest manifest =
        new CheckpointPuller(Cluster.of(fixture.kafka, topics)).pull("int8", pulled);

    assertThat(manifest.files()).extracting(FileEntry::name).contains("model.int8.onnx");
    assertThat(CheckpointParity.ofSmallModel(pulled, manifest))
        .hasValueSatisfying(
            parity -> assertThat(parity.probabilities()).isLessThan(OnnxParity.TOLERANCE));
    assertThat(manifest.metrics().get("int8_examples")).isBetween(200.0, 500.0);
    assertThat(manifest.metrics().get("int8_agreement")).isBetween(0.9, 1.0);
    assertThat(manifest.metrics().get("int8_divergence")).isBetween(0.0, 0.05);
    assertThat(manifest.metrics().get("int8_accuracy_loss")).isBetween(-0.1, 0.1);
    assertThat(pulled.resolve("README.md")).content().contains("int8_agreement");
    try (OrtSession session =
        OrtEnvironment.getEnvironment()
            .createSession(pulled.resolve("model.int8.onnx").toString())) {
      assertThat(session.getOutputNames()).containsExactly("probabilities", "logits");
      assertThat(session.getMetadata().getCustomMetadata()).containsKey("distill.quantization");
    }
  }

  @Test
  void anInt8ModelNeedsAHoldOut() {
    assertThatThrownBy(() -> fixture.student("none", 1, 10, "checkpoint.int8=true"))
        .hasMessageContaining("student.gate.hold-out-share");
  }

  /** As a person does: looks again when the gate moves the alias between the look and the pin. */
  private static String pinChampion(AliasWriter writer, TopicsConfig topics) {
    AtomicReference<String> pinned = new AtomicReference<>();
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .ignoreException(CheckpointException.class)
        .until(
            () -> {
              AliasLog seen = aliases(topics);
              String version = seen.alias("pinned", Alias.CHAMPION).orElseThrow().version();
              writer.move(
                  seen, CheckpointEventKind.PINNED, "pinned", Alias.CHAMPION, version, "ann", "t");
              pinned.set(version);
              return true;
            });
    return Objects.requireNonNull(pinned.get());
  }

  @Test
  void aPinnedChampionStaysAndTheHoldOutIsNotTrainedOn() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, labelled(4_000, 1, "a-", 0));
    try (TrainerService trainer = fixture.start(student("pinned"), topics);
        AliasWriter writer =
            new AliasWriter(fixture.kafka, topics.checkpointEvents(), InstantSource.system())) {
      await(() -> aliases(topics).alias("pinned", Alias.CHAMPION).isPresent());
      String version = pinChampion(writer, topics);
      int passed = events(topics, "pinned", CheckpointEventKind.GATE_PASSED).size();
      fixture.produce(topics, labelled(4_000, 3, "b-", 0));

      await(() -> events(topics, "pinned", CheckpointEventKind.GATE_PASSED).size() > passed + 1);

      assertThat(aliases(topics).alias("pinned", Alias.CHAMPION).orElseThrow().version())
          .isEqualTo(version);
      await(() -> trainer.progress().examplesSeen() > 7_000);
      assertThat(trainer.progress().examplesSeen())
          .isBetween(7_000L, 7_400L); // of 8,000, less a tenth
    }
  }
}
