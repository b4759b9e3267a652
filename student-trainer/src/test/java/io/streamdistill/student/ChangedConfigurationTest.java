package io.streamdistill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Task;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Students that go on under another configuration than they began with, or may not. */
class ChangedConfigurationTest {

  private static final int EXAMPLES = 501;
  private static final int STEPS = (EXAMPLES + 31) / 32; // of a pass

  @TempDir static Path directory;
  static SoftTargetFixture fixture;
  static TopicsConfig topics;

  @BeforeAll
  static void start() throws Exception {
    fixture = new SoftTargetFixture(directory);
    topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 1));
    fixture.train(student("unchanged", 2), topics);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static StudentConfig student(String name, int passes, String... settings) {
    return fixture.student(name, passes, EXAMPLES, settings);
  }

  private static final String[] ADAM = {"optimizer.type=adam", "learning-rate.base=0.002"};

  /** A name, and what is changed after the first pass. */
  static Stream<Arguments> changes() {
    return Stream.of(
        Arguments.of("rate", List.of("learning-rate.base=0.01")),
        Arguments.of("objective", List.of("objective.temperature=2", "objective.hard-weight=0.5")),
        Arguments.of("momentum", List.of("optimizer.momentum=0.5", "optimizer.weight-decay=0.001")),
        Arguments.of("optimizer", List.of("optimizer.type=sgd")),
        Arguments.of("batch", List.of("batch-size=16")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void goesOnUnderTheNewOneAndTheManifestSaysSo(String name, List<String> change) throws Exception {
    fixture.train(student(name, 1), topics);
    Manifest before = pulled(name);

    fixture.train(student(name, 2, change.toArray(String[]::new)), topics);

    Manifest after = pulled(name);
    assertThat(after.parent()).isEqualTo(before.version());
    assertThat(after.examplesSeen()).isEqualTo(2 * EXAMPLES);
    assertThat(after.step()).isGreaterThan(before.step());
    assertThat(after.configurationHash())
        .isNotEqualTo(before.configurationHash())
        .isEqualTo(Manifest.hashOf(after.configuration()));
    assertThat(files(name)).isNotEqualTo(files("unchanged"));
  }

  /** What does not shape the weights is no part of the configuration's hash. */
  @Test
  void theGateMayChangeAndLeavesTheHashAlone() throws Exception {
    fixture.train(student("gate", 2), topics);
    Manifest before = pulled("gate");

    fixture.train(
        student(
            "gate",
            3,
            "gate.hold-out-share=0.1",
            "gate.hold-out-examples=100",
            "gate.min-examples=50"),
        topics);

    Manifest after = pulled("gate");
    assertThat(withoutPasses(after)).isEqualTo(withoutPasses(before));
    assertThat(after.examplesSeen())
        .isGreaterThan(before.examplesSeen() + EXAMPLES / 2)
        .isLessThan(before.examplesSeen() + EXAMPLES);
  }

  private static ObjectNode withoutPasses(Manifest manifest) {
    return manifest.configuration().<ObjectNode>deepCopy().without("passes");
  }

  /** Its own first step comes when the student has taken many: Adam counts from there. */
  @Test
  void anotherOptimizerBeginsWithNothingAndIsResumedLikeAnyOther() throws Exception {
    for (String name : List.of("by-and-by", "at-once")) {
      fixture.train(student(name, 1), topics);
    }

    fixture.train(student("by-and-by", 2, ADAM), topics);
    assertThat(optimizerSteps("by-and-by")).isEqualTo(STEPS);
    fixture.train(student("by-and-by", 3, ADAM), topics);
    fixture.train(student("at-once", 3, ADAM), topics);

    assertThat(optimizerSteps("by-and-by")).isEqualTo(2 * STEPS);
    assertThat(pulled("by-and-by").step()).isEqualTo(3 * STEPS);
    assertThat(files("by-and-by")).isEqualTo(files("at-once"));
  }

  private static int optimizerSteps(String student) {
    pulled(student);
    Safetensors state =
        Safetensors.read(directory.resolve("pulled-" + student + "/trainer-state.safetensors"));
    return Integer.parseInt(state.metadata().get("optimizer-steps"));
  }

  @Test
  void refusesAnotherArchitectureLayerByLayer() throws Exception {
    fixture.train(student("grown", 1), topics);

    assertThatThrownBy(() -> fixture.train(student("grown", 2, "network.hidden=[17]"), topics))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("student 'grown' has checkpoints")
        .hasMessageContaining("layer 0: dense 12 -> 16, relu; configured: layer 0: dense 12 -> 17")
        .hasMessageContaining("layer 1: output 16 -> 3; configured: layer 1: output 17 -> 3")
        .hasMessageContaining("give it another student.name");
  }

  @Test
  void refusesOtherClassesAndFeatures() throws Exception {
    fixture.train(student("renamed", 1), topics);
    ClassMap classes = new ClassMap(List.of("red", "green", "blue", "grey"));
    FeatureContract features = new FeatureContract(FeatureType.F32, List.of(3, 4), 1, 0);

    assertThatThrownBy(
            () ->
                TrainerService.start(
                    student("renamed", 2),
                    Cluster.of(fixture.kafka, topics),
                    new Task(features, classes)))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("features: f32 [12], x * 1.0 + 0.0; configured: f32 [3, 4], x")
        .hasMessageContaining("classes: 3; configured: 4")
        .hasMessageContaining("layer 1: output 16 -> 3; configured: layer 1: output 16 -> 4");
  }

  /** Here the weights can be kept, and the message says how. */
  @Test
  void anotherTopicNeedsAnotherNameAndMayKeepTheWeights() throws Exception {
    fixture.train(student("moved", 1), topics);
    TopicsConfig others = fixture.createTopics(2);
    fixture.produce(others, SoftTargetFixture.softTargets(EXAMPLES, 2));
    TopicsConfig moved =
        new TopicsConfig(
            topics.transferSet(),
            others.softTargets(),
            topics.labels(),
            topics.deadLetters(),
            topics.checkpoints(),
            topics.checkpointFiles(),
            topics.checkpointEvents(),
            topics.partitions(),
            topics.replication());

    assertThatThrownBy(() -> fixture.train(student("moved", 2), moved))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("another soft-target topic")
        .hasMessageContaining("student.init-from 'moved@latest' to keep the weights");

    fixture.train(student("moved-2", 1, "init-from=moved@latest"), moved);
    assertThat(CheckpointLog.read(fixture.kafka, topics.checkpoints()).latest("moved-2"))
        .isPresent();
  }

  private static Manifest pulled(String student) {
    return new CheckpointPuller(Cluster.of(fixture.kafka, topics))
        .pull(student, directory.resolve("pulled-" + student));
  }

  /** SHA-256 of the newest weights and trainer state. */
  private static Map<String, String> files(String student) {
    return pulled(student).files().stream()
        .filter(file -> file.name().endsWith(".safetensors"))
        .collect(Collectors.toMap(FileEntry::name, FileEntry::sha256));
  }
}
